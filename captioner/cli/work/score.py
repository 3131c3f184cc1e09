"""The work of `captioner score`: compares two files, and prints a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from captioner.cli.messages import counted
from captioner.cli.work.caption_input import open_captions, read_bytes
from captioner.cli.work.profile_choice import FileProfile, profile_by_language, profile_of_file
from captioner.errors import FormatError
from captioner.formats import decoded
from captioner.formats.transcript.report import as_json as json_text
from captioner.languages import asked_language
from captioner.lint import Finding, lint
from captioner.profiles import Profile
from captioner.score import LIMITS, ErrorRate, Score, TimedTokens, TimeErrors, score, tokens_in_cues, tokens_in_text
from captioner.settings import Settings
from captioner.values import Cue


@dataclass(frozen=True, kw_only=True)
class ScoreRequest:
    """The flags of `captioner score`."""

    hypothesis: str
    reference: str
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    language: str | None
    as_json: bool


@dataclass(frozen=True)
class ScoredFile:
    """One of the two files."""

    text: TimedTokens

    cues: Sequence[Cue] = ()
    """Empty for a plain text."""

    profile: FileProfile | None = None
    """The profile by which its cues are checked; None for a plain text."""


def score_files(request: ScoreRequest, settings: Settings) -> int:
    """Score and print; returns the exit code. Raises `CaptionerError`."""
    profile = profile_by_language(request.profile, request.profile_options, settings)
    language = None if request.language is None else asked_language(request.language)
    hypothesis = _read(request.hypothesis, profile, language)
    reference = _read(request.reference, profile, language)
    if not reference.text.tokens:
        raise FormatError(request.reference, "has no words to compare with")
    scored = score(hypothesis.text, reference.text)
    chosen = hypothesis.profile
    findings = lint(hypothesis.cues, chosen.profile, language=chosen.language) if chosen else []
    if request.as_json:
        click.echo(json_text(_document(request, scored, hypothesis, findings)), nl=False)
    else:
        click.echo("\n".join(_table(scored, hypothesis, findings)))
    return 0


def _read(path: str, profile: Callable[[str | None], Profile], language: str | None) -> ScoredFile:
    try:
        file = open_captions(path)
    except FormatError:
        if not path.lower().endswith(".txt"):
            raise
        return ScoredFile(tokens_in_text(decoded(read_bytes(path))))
    chosen = profile_of_file(file, profile, language)
    cues = file.cues_by(chosen.profile)
    return ScoredFile(tokens_in_cues(cues), cues, chosen)


def _document(
    request: ScoreRequest, scored: Score, hypothesis: ScoredFile, findings: Sequence[Finding]
) -> dict[str, Any]:
    """Return all figures, times in seconds; `within` by its limit in milliseconds."""
    figures: dict[str, Any] = {}
    for name, value in vars(scored).items():
        figures[name] = value
        if isinstance(value, ErrorRate):
            figures[name] = {**asdict(value), "rate": value.rate}
        elif isinstance(value, TimeErrors):
            within = {f"{limit * 1000:.0f}": share for limit, share in zip(LIMITS, value.within, strict=True)}
            figures[name] = {**asdict(value), "within": within}
    chosen = hypothesis.profile
    rules = {"profile": chosen.profile.name, "findings": _by_rule(findings)} if chosen else None
    head = {"version": 1, "hypothesis": request.hypothesis, "reference": request.reference}
    return {**head, **figures, "cues": len(hypothesis.cues), "lint": rules}


def _by_rule(findings: Sequence[Finding]) -> dict[str, int]:
    return dict(Counter(finding.rule for finding in findings).most_common())


def _table(scored: Score, hypothesis: ScoredFile, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"{'':<12}{'reference':>10}{'wrong':>8}{'rate':>9}   substituted, missing, added"
    for name, rate in (("words", scored.words), ("characters", scored.characters)):
        share = "" if rate.rate is None else f"{100 * rate.rate:.2f} %"
        kinds = f"{rate.substituted}, {rate.missing}, {rate.added}"
        yield f"{name:<12}{rate.reference:>10}{rate.errors:>8}{share:>9}   {kinds}"
    yield ""
    limits = "".join(f"{f'<= {limit * 1000:.0f} ms':>11}" for limit in LIMITS)
    yield f"{'ms':<12}{'matched':>10}{'mean':>8}{'median':>9}{'p90':>7}{'late':>7}{limits}"
    for name in ("word_starts", "word_ends", "cue_starts", "cue_ends"):
        yield f"{name.replace('_', ' '):<12}{_row(getattr(scored, name))}"
    yield ""
    if scored.lost is not None and scored.speech is not None:
        yield f"lost speech {scored.lost:.2f} of {scored.speech:.2f} s"
    if hypothesis.profile:
        rules = ", ".join(f"{rule} {number}" for rule, number in _by_rule(findings).items())
        yield f"{counted(len(hypothesis.cues), 'cue')} by {hypothesis.profile.profile.name}: {rules or 'no errors'}"


def _row(errors: TimeErrors | None) -> str:
    if errors is None:
        return f"{'none':>10}"
    mean, median, p90, late = (1000 * value for value in (errors.mean, errors.median, errors.p90, errors.late))
    shares = "".join(f"{100 * share:>9.1f} %" for share in errors.within)
    return f"{errors.count:>10}{mean:>8.0f}{median:>9.0f}{p90:>7.0f}{late:>+7.0f}{shares}"
