"""The work of `captioner lint`: every file in turn, then one report on them all."""

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
from captioner.cli.work.caption_files import CaptionFile, ChosenProfile, cues_of, open_captions, style_of
from captioner.cli.work.jobs import STANDARD, write_whole
from captioner.cli.work.profile_choice import asked_style
from captioner.errors import CaptionerError, FormatError, UsageError
from captioner.formats import format_named
from captioner.formats.transcript.report import as_json
from captioner.languages import asked_language
from captioner.lint import about_file, lint
from captioner.lint.fix import fix
from captioner.lint.sarif import LocatedFinding, sarif
from captioner.settings import Settings
from captioner.timestamps import format_clock

FOUND = 1
"""The exit code where a rule is broken."""


@dataclass(frozen=True, kw_only=True)
class LintRequest:
    """The flags of the command, named as they are there."""

    files: tuple[str, ...]
    source_format: str | None
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    language: str | None
    frame_rate: Fraction | Literal["none"] | None
    shape: str
    target: str | None
    fix: bool
    strict: bool
    quiet: bool


@dataclass(frozen=True)
class Linted:
    """One file, the style it was held against, how many cues it has, and what was found."""

    path: str
    style: ChosenProfile
    cues: int
    found: tuple[LocatedFinding, ...]


def lint_all(request: LintRequest, settings: Settings) -> int:
    """Lint every file; returns the exit code: that of a file that cannot be read, else 1 or 0."""
    console = Console(quiet=request.quiet)
    style = asked_style(request.profile, request.profile_options, settings)
    language = None if request.language is None else asked_language(request.language)
    rate = None if request.frame_rate == "none" else request.frame_rate
    format = format_named(request.source_format) if request.source_format else None
    linted: list[Linted] = []
    failed: list[tuple[str, CaptionerError]] = []
    for path in request.files:
        try:
            file = open_captions(path, format, rate)
            told = style_of(file, style, language)
            if request.fix:
                file = _fixed(file, told, rate, console)
            linted.append(_linted(file, told, rate))
        except CaptionerError as error:
            say_error(error)
            failed.append((path, error))
    target = None if request.target in (None, STANDARD) else Path(str(request.target))
    write_whole(target, _SHAPES[request.shape](linted, failed))
    for one in linted:
        console.say(_summary(one))
    if failed:
        return failed[0][1].exit_code
    wanted = ("error", "warning") if request.strict else ("error",)
    return FOUND if any(placed.finding.level in wanted for one in linted for placed in one.found) else 0


def _linted(file: CaptionFile, style: ChosenProfile, rate: Fraction | None) -> Linted:
    cues = cues_of(file, style, rate)
    found = [about_file("format", phrase) for phrase in file.contents.mended]
    found += lint(cues, style.profile, language=style.language, frame_rate=rate)
    placed = (LocatedFinding(one, None if one.index is None else file.contents.line_of(one.index)) for one in found)
    return Linted(file.path, style, len(cues), tuple(placed))


def _fixed(file: CaptionFile, style: ChosenProfile, frame_rate: Fraction | None, console: Console) -> CaptionFile:
    """The file after what can be repaired was, and told; it is not touched where there is nothing to repair.

    Raises `FormatError` where a repaired file would hold less than this one.
    """
    contents = file.contents
    if file.path == STANDARD:
        raise UsageError("standard input cannot be mended in place")
    if contents.cues is None:
        raise FormatError(file.path, "holds a transcript, whose cues 'captioner export' makes; there is none to fix")
    fixed = fix(contents.cues, style.profile, language=style.language, frame_rate=frame_rate)
    if not fixed.changes:
        return file
    written = file.format.write(replace(contents, cues=fixed.cues))
    if lost := (*contents.losses, *written.losses.phrases()):
        raise FormatError(file.path, f"is not fixed, for that would lose {', '.join(lost)}")
    write_whole(Path(file.path), written.data)
    for change in fixed.changes:
        console.say(f"{file.path}: cue {change.index + 1}: {change.message}")
    return open_captions(file.path, file.format, frame_rate)


def _summary(one: Linted) -> str:
    levels = Counter(placed.finding.level for placed in one.found)
    found = " and ".join(counted(levels[level], level) for level in ("error", "warning") if levels[level])
    style = f"{one.style.profile.name}, {one.style.why}"
    return f"{one.path}: {found or 'nothing wrong'} in {counted(one.cues, 'cue')} (profile {style})"


Failed = Iterable[tuple[str, CaptionerError]]


def _as_text(linted: Iterable[Linted], failed: Failed) -> str:
    """A line for each finding: `file:line: 00:00:01.000 error rule: what is wrong (cue 3)`."""
    return "".join(_line(one.path, placed) for one in linted for placed in one.found)


def _line(path: str, placed: LocatedFinding) -> str:
    finding = placed.finding
    place = path if placed.line is None else f"{path}:{placed.line}"
    said = f"{format_clock(finding.start)} {finding.level} {finding.rule}: {finding.message} ({finding.place})"
    return printable(f"{place}: {said}") + "\n"


def _as_json(linted: Iterable[Linted], failed: Failed) -> str:
    """All that is known, cues counted from 1 as people and SubRip do."""
    files = [
        {
            "file": one.path,
            "profile": one.style.profile.name,
            "language": one.style.language,
            "cues": one.cues,
            "findings": [_entry(placed) for placed in one.found],
        }
        for one in linted
    ]
    unreadable = [{"file": path, "error": str(error)} for path, error in failed]
    return as_json({"version": 1, "files": files, "unreadable": unreadable})


def _entry(placed: LocatedFinding) -> dict[str, Any]:
    finding = asdict(placed.finding)
    index = finding.pop("index")
    return {"cue": None if index is None else index + 1, "line": placed.line, "level": placed.finding.level, **finding}


def _as_sarif(linted: Iterable[Linted], failed: Failed) -> str:
    unreadable = [(path, str(error)) for path, error in failed]
    return as_json(sarif(version("captioner"), [(one.path, one.found) for one in linted], unreadable))


_SHAPES = {"text": _as_text, "json": _as_json, "sarif": _as_sarif}
