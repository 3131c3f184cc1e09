"""The work of `captioner transform`: operations on the cues of one file, in the order given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from captioner.cli.console import Console
from captioner.cli.messages import counted
from captioner.cli.work.caption_input import CaptionFile, open_captions
from captioner.cli.work.caption_output import write_targets
from captioner.cli.work.jobs import Target, format_of_result, same_file
from captioner.cli.work.profile_choice import profile_by_language, profile_of_file
from captioner.errors import OutputNotWritten, UsageError, reason_of
from captioner.formats import Contents, format_named, transcript_of
from captioner.languages import asked_language
from captioner.limited_file import read_limited
from captioner.output import STANDARD, WritingOptions, is_special
from captioner.settings import Settings
from captioner.timestamps import parse_clock
from captioner.transform import TRANSFORMATIONS, CaptionStyle, transform
from captioner.transform.cue_gaps import BridgeOptions, DurationOptions, GapOptions
from captioner.transform.film_edits import OtherCues, StretchOfTime
from captioner.transform.shifted_times import ShiftFromOptions, ShiftOptions, StretchOptions
from captioner.transform.text_changes import CasingOptions, Replacement, ReplaceOptions
from captioner.values import Cue, Report

Step = tuple[str, Any]
"""The name of an operation and its options."""


@dataclass(frozen=True, kw_only=True)
class TransformRequest:
    """The flags of `captioner transform`."""

    source: str

    target: str | None
    """None is allowed with `dry_run`."""

    operations: tuple[tuple[str, Any], ...]
    """The flags of operations with their values, in the order given."""

    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    source_format: str | None
    target_format: str | None
    language: str | None
    frame_rate: Fraction | Literal["none"] | None
    dry_run: bool
    overwrite: bool
    quiet: bool


def transform_file(request: TransformRequest, settings: Settings) -> int:
    """Change one file; returns the exit code. Raises `UsageError`, `FormatError`, `OutputNotWritten`."""
    console = Console(quiet=request.quiet)
    if not request.operations:
        raise UsageError("no operation is given, such as --shift 1.5; see 'captioner transform -h'")
    steps = [_step(flag, value) for flag, value in request.operations]
    target = None if request.dry_run else _target(request)
    file = open_captions(request.source, format_named(request.source_format) if request.source_format else None)
    style = _style(request, settings, file)
    cues = file.cues_by(style.profile, style.frame_rate)
    changed: Sequence[Cue] = cues
    for name, options in steps:
        try:
            changed = transform(changed, name, options, style)
        except ValueError as error:
            raise UsageError(f"--{name}: {error}") from error
    if target is None:
        sys.stdout.writelines(_diff(cues, changed, request.source))
    else:
        write_targets([target], _contents(file, changed, style), WritingOptions(word_times=True), console.warn)
    console.say(f"{request.source}: {counted(len(cues), 'cue')} -> {counted(len(changed), 'cue')}")
    return 0


def _target(request: TransformRequest) -> Target:
    """Return what is written. Raises `UsageError`, `OutputNotWritten`."""
    if request.target is None:
        raise UsageError("name the file to write, or use --dry-run")
    if request.target == STANDARD:
        if request.target_format is None:
            raise UsageError("the format of standard output is unknown; name it with --to")
        return Target(format_named(request.target_format), None)
    path = Path(request.target)
    if request.source != STANDARD and same_file(path, Path(request.source)):
        raise UsageError(f"{request.source} would be overwritten; name another file")
    if path.exists() and not (request.overwrite or is_special(path)):
        raise OutputNotWritten(request.target, "it exists; use --overwrite")
    named = format_named(request.target_format) if request.target_format else format_of_result(request.target)
    return Target(named, path)


def _style(request: TransformRequest, settings: Settings, file: CaptionFile) -> CaptionStyle:
    profile = profile_by_language(request.profile, request.profile_options, settings)
    asked = None if request.language is None else asked_language(request.language)
    chosen = profile_of_file(file, profile, asked)
    rate = request.frame_rate or file.contents.programme.frame_rate
    return CaptionStyle(chosen.profile, chosen.language, None if rate == "none" else rate)


def _contents(file: CaptionFile, cues: Sequence[Cue], style: CaptionStyle) -> Contents:
    """Return the contents to write, with a transcript and a report for formats that are made of them."""
    contents = file.contents
    language = contents.programme.language or style.language
    programme = replace(contents.programme, language=language)
    report = contents.report or Report(file.path, max((cue.end for cue in cues), default=0.0), "transform")
    return replace(contents, cues=cues, transcript=transcript_of(cues, language), report=report, programme=programme)


def _diff(before: Sequence[Cue], after: Sequence[Cue], name: str) -> list[str]:
    """Return the lines of a unified diff of both as SRT."""
    old, new = (_srt(cues).splitlines(keepends=True) for cues in (before, after))
    return list(unified_diff(old, new, name, f"{name} (changed)", n=1))


def _srt(cues: Sequence[Cue]) -> str:
    written = format_named("srt").write(Contents(cues=cues)).data
    assert isinstance(written, str)
    return written


def _step(flag: str, value: Any) -> Step:
    """Return the operation that a flag names. Raises `UsageError`."""
    try:
        if flag in _OPTIONS:
            return _OPTIONS[flag](value)
    except ValueError as error:
        raise UsageError(f"--{flag}: {error}") from error
    return flag, TRANSFORMATIONS[flag].options()


def _shift_from(value: str) -> Step:
    cue, _, time = value.partition(":")
    if not cue.isdecimal() or not time:
        raise ValueError(f"{value!r} is not CUE:TIME, such as 12:-1.5")
    seconds = parse_clock(time.lstrip("+-"))
    return "shift-from", ShiftFromOptions(int(cue), -seconds if time.startswith("-") else seconds)


def _stretch_of_time(value: str) -> StretchOfTime:
    start, _, end = value.partition("-")
    if not start or not end:
        raise ValueError(f"{value!r} is not FROM-TO, such as 1:30-2:00")
    return StretchOfTime(parse_clock(start), parse_clock(end))


def _other(value: str) -> OtherCues:
    contents = open_captions(value).contents
    if contents.cues is None:
        raise ValueError(f"{value} holds a transcript without cues")
    return OtherCues(tuple(contents.cues))


def _replacements(value: str) -> ReplaceOptions:
    """Return the searches of a file: a regular expression, a tab, and what replaces it, on each line."""
    try:
        lines = read_limited(value).decode("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"cannot read {value}: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{value}: not UTF-8 text; save it as UTF-8") from error
    replacements = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            find, tab, replacement = line.partition("\t")
            if not tab:
                raise ValueError(f"{value}, line {number}: write FIND, a tab and REPLACEMENT, which may be empty")
            replacements.append(Replacement(find, replacement, regex=True))
    return ReplaceOptions(tuple(replacements))


_OPTIONS: Mapping[str, Callable[[Any], Step]] = {
    "shift": lambda value: ("shift", ShiftOptions(value)),
    "shift-from": _shift_from,
    "stretch": lambda value: ("stretch", StretchOptions(value)),
    "cut": lambda value: ("cut", _stretch_of_time(value)),
    "keep": lambda value: ("keep", _stretch_of_time(value)),
    "append": lambda value: ("append", _other(value)),
    "merge": lambda value: ("merge", _other(value)),
    "min-duration": lambda value: ("adjust-durations", DurationOptions(value, float("inf"), read=False)),
    "max-duration": lambda value: ("adjust-durations", DurationOptions(0.0, value, read=False)),
    "min-gap": lambda value: ("min-gap", GapOptions(value)),
    "bridge-gaps": lambda value: ("bridge-gaps", BridgeOptions(value)),
    "replace": lambda value: ("replace", _replacements(value)),
    "casing": lambda value: ("casing", CasingOptions(value)),
}
"""The flags that take a value."""
