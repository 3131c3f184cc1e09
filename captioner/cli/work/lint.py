"""The work of `captioner lint`: each file in turn, then one list of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from captioner.cli.console import Console
from captioner.cli.messages import counted, printable, say_error
from captioner.cli.work.caption_input import CaptionFile, open_captions
from captioner.cli.work.caption_output import write_result
from captioner.cli.work.profile_choice import FileProfile, profile_by_language, profile_of_file
from captioner.errors import CaptionerError, FormatError, OutputNotWritten, UsageError
from captioner.formats import format_named
from captioner.formats.transcript.report import as_json
from captioner.languages import asked_language
from captioner.lint import about_file, lint
from captioner.lint.fix import fix
from captioner.lint.sarif import LocatedFinding, sarif
from captioner.output import STANDARD, is_special
from captioner.settings import Settings
from captioner.timestamps import format_clock

RULE_BROKEN = 1
"""The exit code where a rule is broken."""


@dataclass(frozen=True, kw_only=True)
class LintRequest:
    """The flags of `captioner lint`."""

    files: tuple[str, ...]
    source_format: str | None
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    language: str | None
    frame_rate: Fraction | Literal["none"] | None
    report_format: str
    target: str | None
    overwrite: bool
    fix: bool
    strict: bool
    quiet: bool


@dataclass(frozen=True)
class LintedFile:
    """One file after its check."""

    path: str

    profile: FileProfile
    """The profile by which it was checked."""

    cues: int
    """The number of its cues."""

    findings: tuple[LocatedFinding, ...]


def lint_all(request: LintRequest, settings: Settings) -> int:
    """Lint each file; returns the exit code: that of a file that cannot be read, else 1 or 0."""
    console = Console(quiet=request.quiet)
    profile = profile_by_language(request.profile, request.profile_options, settings)
    language = None if request.language is None else asked_language(request.language)
    frame_rate = None if request.frame_rate == "none" else request.frame_rate
    format = format_named(request.source_format) if request.source_format else None
    if request.fix:
        _refuse_fixed_copy(request)
    target = None if request.target in (None, STANDARD) else Path(str(request.target))
    if target and target.exists() and not (request.overwrite or is_special(target)):
        raise OutputNotWritten(str(target), "it exists; use --overwrite")
    linted: list[LintedFile] = []
    failed: list[tuple[str, CaptionerError]] = []
    for path in request.files:
        try:
            file = open_captions(path, format, frame_rate)
            chosen = profile_of_file(file, profile, language)
            if request.fix:
                file = _fixed(file, chosen, frame_rate, console)
            linted.append(_linted(file, chosen, frame_rate))
        except CaptionerError as error:
            say_error(error)
            failed.append((path, error))
    write_result(target, _REPORT_FORMATS[request.report_format](linted, failed))
    for one in linted:
        console.say(_summary(one))
    if failed:
        return failed[0][1].exit_code
    levels = ("error", "warning") if request.strict else ("error",)
    return RULE_BROKEN if any(placed.finding.level in levels for one in linted for placed in one.findings) else 0


def _refuse_fixed_copy(request: LintRequest) -> None:
    """Raises `UsageError` where -o looks like the name for a fixed file: `lint old.srt --fix -o new.srt`."""
    suffix = Path(request.target or "").suffix
    for path in request.files:
        if suffix and Path(path).suffix == suffix:
            raise UsageError(
                f"-o {request.target} would hold the findings, and --fix changes {path} itself; copy it to keep it"
            )


def _linted(file: CaptionFile, chosen: FileProfile, frame_rate: Fraction | None) -> LintedFile:
    cues = file.cues_by(chosen.profile, frame_rate)
    findings = [about_file("format", phrase) for phrase in file.contents.repairs]
    findings += lint(cues, chosen.profile, language=chosen.language, frame_rate=frame_rate)
    contents = file.contents
    placed = (LocatedFinding(one, None if one.index is None else contents.line_of(one.index)) for one in findings)
    return LintedFile(file.path, chosen, len(cues), tuple(placed))


def _fixed(file: CaptionFile, chosen: FileProfile, frame_rate: Fraction | None, console: Console) -> CaptionFile:
    """Apply all fixes to the file and report each; a file without any is not written.

    Raises `FormatError` if the fixed file would hold less than this one.
    """
    contents = file.contents
    if file.path == STANDARD:
        raise UsageError("--fix cannot change standard input; give a file")
    if contents.cues is None:
        raise FormatError(
            file.path, "holds a transcript without cues; make some with 'captioner export', then fix them"
        )
    fixed = fix(contents.cues, chosen.profile, language=chosen.language, frame_rate=frame_rate)
    if not fixed.changes:
        return file
    written = file.format.write(replace(contents, cues=fixed.cues))
    if lost := (*contents.losses, *written.losses.phrases()):
        raise FormatError(file.path, f"not fixed, since the fixed file would lose {', '.join(lost)}")
    write_result(Path(file.path), written.data)
    for change in fixed.changes:
        console.say(f"{file.path}: cue {change.index + 1}: {change.message}")
    return open_captions(file.path, file.format, frame_rate)


def _summary(one: LintedFile) -> str:
    levels = Counter(placed.finding.level for placed in one.findings)
    counts = " and ".join(counted(levels[level], level) for level in ("error", "warning") if levels[level])
    profile = f"profile {one.profile.profile.name}, {one.profile.reason}"
    return f"{one.path}: {counts or 'no errors'} in {counted(one.cues, 'cue')} ({profile})"


Failed = Iterable[tuple[str, CaptionerError]]


def _as_text(linted: Iterable[LintedFile], failed: Failed) -> str:
    """Return a line for each finding: `file:line: 00:00:01.000 error rule: message (cue 3)`."""
    return "".join(_line(one.path, placed) for one in linted for placed in one.findings)


def _line(path: str, placed: LocatedFinding) -> str:
    finding = placed.finding
    place = path if placed.line is None else f"{path}:{placed.line}"
    text = f"{format_clock(finding.start)} {finding.level} {finding.rule}: {finding.message} ({finding.place})"
    return printable(f"{place}: {text}") + "\n"


def _as_json(linted: Iterable[LintedFile], failed: Failed) -> str:
    """Return all files and findings, cues counted from 1 as in SubRip."""
    files = [
        {
            "file": one.path,
            "profile": one.profile.profile.name,
            "language": one.profile.language,
            "cues": one.cues,
            "findings": [_entry(placed) for placed in one.findings],
        }
        for one in linted
    ]
    unreadable = [{"file": path, "error": str(error)} for path, error in failed]
    return as_json({"version": 1, "files": files, "unreadable": unreadable})


def _entry(placed: LocatedFinding) -> dict[str, Any]:
    finding = asdict(placed.finding)
    index = finding.pop("index")
    return {"cue": None if index is None else index + 1, "line": placed.line, "level": placed.finding.level, **finding}


def _as_sarif(linted: Iterable[LintedFile], failed: Failed) -> str:
    unreadable = [(path, str(error)) for path, error in failed]
    return as_json(sarif(version("captioner"), [(one.path, one.findings) for one in linted], unreadable))


_REPORT_FORMATS = {"text": _as_text, "json": _as_json, "sarif": _as_sarif}
