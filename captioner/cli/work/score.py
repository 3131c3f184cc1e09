"""The work of `captioner score`: two files read, and one table of what lies between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from captioner.cli.messages import counted
from captioner.cli.work.caption_files import ChosenProfile, cues_of, open_captions, style_of
from captioner.cli.work.jobs import read_bytes
from captioner.errors import FormatError
from captioner.formats import decoded
from captioner.formats.transcript.report import as_json as json_text
from captioner.lint import Finding, lint
from captioner.profiles import Profile
from captioner.score import LIMITS, ErrorRate, Score, TimedTokens, TimeErrors, score, tokens_in_cues, tokens_in_text
from captioner.values import Cue


@dataclass(frozen=True)
class Side:
    """One of the two files: what it says, and its cues and their style unless it is plain text."""

    said: TimedTokens
    cues: Sequence[Cue] = ()
    style: ChosenProfile | None = None


def score_files(
    hypothesis: str, reference: str, profile: Callable[[str | None], Profile], language: str | None, *, as_json: bool
) -> int:
    """Score and tell; returns the exit code. Raises `CaptionerError`."""
    heard = _side(hypothesis, profile, language)
    meant = _side(reference, profile, language)
    if not meant.said.tokens:
        raise FormatError(reference, "holds no word, so nothing can be held against it")
    found = score(heard.said, meant.said)
    findings = lint(heard.cues, heard.style.profile, language=heard.style.language) if heard.style else []
    if as_json:
        click.echo(json_text(_document(hypothesis, reference, found, heard, findings)), nl=False)
    else:
        click.echo("\n".join(_table(found, heard, findings)))
    return 0


def _side(path: str, profile: Callable[[str | None], Profile], language: str | None) -> Side:
    try:
        file = open_captions(path)
    except FormatError:
        if not path.lower().endswith(".txt"):
            raise
        return Side(tokens_in_text(decoded(read_bytes(path))))
    style = style_of(file, profile, language)
    cues = cues_of(file, style)
    return Side(tokens_in_cues(cues), cues, style)


def _document(
    hypothesis: str, reference: str, found: Score, heard: Side, findings: Sequence[Finding]
) -> dict[str, Any]:
    """All figures, times in seconds; `within` by its limit in milliseconds."""
    figures: dict[str, Any] = {}
    for name, value in vars(found).items():
        figures[name] = value
        if isinstance(value, ErrorRate):
            figures[name] = {**asdict(value), "rate": value.rate}
        elif isinstance(value, TimeErrors):
            within = {f"{limit * 1000:.0f}": share for limit, share in zip(LIMITS, value.within, strict=True)}
            figures[name] = {**asdict(value), "within": within}
    rules = {"profile": heard.style.profile.name, "findings": _by_rule(findings)} if heard.style else None
    head = {"version": 1, "hypothesis": hypothesis, "reference": reference}
    return {**head, **figures, "cues": len(heard.cues), "lint": rules}


def _by_rule(findings: Sequence[Finding]) -> dict[str, int]:
    return dict(Counter(finding.rule for finding in findings).most_common())


def _table(found: Score, heard: Side, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"{'':<12}{'reference':>10}{'wrong':>8}{'rate':>9}   substituted, missing, added"
    for name, rate in (("words", found.words), ("characters", found.characters)):
        share = "" if rate.rate is None else f"{100 * rate.rate:.2f} %"
        kinds = f"{rate.substituted}, {rate.missing}, {rate.added}"
        yield f"{name:<12}{rate.reference:>10}{rate.errors:>8}{share:>9}   {kinds}"
    yield ""
    limits = "".join(f"{f'<= {limit * 1000:.0f} ms':>11}" for limit in LIMITS)
    yield f"{'ms':<12}{'matched':>10}{'mean':>8}{'median':>9}{'p90':>7}{'late':>7}{limits}"
    for name in ("word_starts", "word_ends", "cue_starts", "cue_ends"):
        yield f"{name.replace('_', ' '):<12}{_row(getattr(found, name))}"
    yield ""
    if found.lost is not None and found.speech is not None:
        yield f"lost speech {found.lost:.2f} of {found.speech:.2f} s"
    if heard.style:
        rules = ", ".join(f"{rule} {number}" for rule, number in _by_rule(findings).items())
        yield f"{counted(len(heard.cues), 'cue')} by {heard.style.profile.name}: {rules or 'nothing wrong'}"


def _row(errors: TimeErrors | None) -> str:
    if errors is None:
        return f"{'none':>10}"
    mean, median, p90, late = (1000 * value for value in (errors.mean, errors.median, errors.p90, errors.late))
    shares = "".join(f"{100 * share:>9.1f} %" for share in errors.within)
    return f"{errors.count:>10}{mean:>8.0f}{median:>9.0f}{p90:>7.0f}{late:>+7.0f}{shares}"
