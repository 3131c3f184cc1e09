"""The work of `captioner convert`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from captioner.cli.console import Console
from captioner.cli.messages import counted
from captioner.cli.work.caption_input import read_captions
from captioner.cli.work.caption_output import write_targets
from captioner.cli.work.existing_results import ExistingResults
from captioner.cli.work.jobs import Job, Target, format_of_result, same_file, without_existing
from captioner.cli.work.subtitle_arguments import parse_file_name
from captioner.errors import FormatError, UsageError
from captioner.formats import (
    Contents,
    Format,
    Programme,
    format_named,
    shift_and_stretch,
    transcript_of,
)
from captioner.languages import asked_language
from captioner.output import STANDARD, WritingOptions, title_of
from captioner.pipeline import cues_of_transcript
from captioner.values import Report


@dataclass(frozen=True, kw_only=True)
class ConvertRequest:
    """The flags of `captioner convert`."""

    source: str
    target: str
    source_format: str | None
    target_format: str | None
    encoding: str | None
    language: str | None
    frame_rate: Fraction | Literal["none"] | None
    start_timecode: str | None
    drop_frame: bool

    stretch: Fraction | None
    """The factor for all times."""

    shift: float
    """Seconds added to all times."""

    speaker_label: str | None
    strict: bool
    overwrite: bool
    skip_existing: bool
    quiet: bool


def convert_file(request: ConvertRequest) -> int:
    """Convert one file; returns the exit code. Raises `UsageError`, `FormatError`, `OutputNotWritten`."""
    console = Console(quiet=request.quiet)
    writing = WritingOptions(
        frame_rate=request.frame_rate,
        start_timecode=request.start_timecode,
        drop_frame=request.drop_frame,
        word_times=True,
        speaker_label=request.speaker_label,
    )
    target = Target(_target_format(request), None if request.target == STANDARD else Path(request.target))
    if target.path and request.source != STANDARD and same_file(target.path, Path(request.source)):
        raise UsageError(f"{request.source} would be overwritten; name another file")
    existing = ExistingResults(console, overwrite=request.overwrite, skip_existing=request.skip_existing)
    todo = without_existing([Job(request.source, (target,))], existing)
    for job in todo:
        contents = _contents(request, writing, console)
        if request.strict:
            _refuse_losses(request.source, target.format, contents)
        write_targets(job.targets, contents, writing, console.warn)
        console.say(f"{request.source}: {counted(len(contents.cues or ()), 'cue')}{job.arrow}")
    return existing.code


def _refuse_losses(source: str, target: Format, contents: Contents) -> None:
    if losses := target.write(contents).losses:
        raise FormatError(source, f"{target.name} cannot store {', '.join(losses.phrases())}")


def _target_format(request: ConvertRequest) -> Format:
    if request.target_format:
        return format_named(request.target_format)
    if request.target == STANDARD:
        raise UsageError("the format of standard output is unknown; name it with --to")
    return format_of_result(request.target)


def _contents(request: ConvertRequest, writing: WritingOptions, console: Console) -> Contents:
    """Return the contents to write: the cues with their new times, and other parts that the format needs."""
    given = format_named(request.source_format) if request.source_format else None
    language = _language(request)
    shift, stretch = request.shift, request.stretch or Fraction(1)
    _, contents = read_captions(
        request.source,
        given,
        writing.applied_to(Programme(language=language)),
        encoding=request.encoding,
        strict=request.strict,
        shift=shift,
        stretch=stretch,
    )
    programme = writing.applied_to(contents.programme)
    programme = replace(programme, language=language or programme.language)
    programme = replace(programme, title=programme.title or title_of(request.source))
    if contents.transcript is None:
        _report_changes(request, contents, (), console)
        return _with_transcript(replace(contents, programme=programme), request.source)
    cues = cues_of_transcript(contents.transcript, frame_rate=programme.frame_rate)
    moved, lost = shift_and_stretch(cues, shift, stretch)
    _report_changes(request, contents, lost.phrases(), console)
    converted = replace(contents, cues=moved, programme=programme)
    return converted if moved == list(cues) else _with_transcript(converted, request.source)


def _language(request: ConvertRequest) -> str | None:
    """Return the language that the user or the name of the file gives; None for the one that the file stores."""
    if request.language:
        return asked_language(request.language)
    return None if request.source == STANDARD else parse_file_name(request.source)[0]


def _with_transcript(contents: Contents, source: str) -> Contents:
    """Return the contents with a transcript and a report that are made of their cues."""
    cues = contents.cues or ()
    duration = max((cue.end for cue in cues), default=0.0)
    language = contents.programme.language
    report = Report(source, duration, "convert", language=language, frame_rate=contents.programme.frame_rate)
    return replace(contents, transcript=transcript_of(cues, language), report=report)


def _report_changes(request: ConvertRequest, contents: Contents, lost: tuple[str, ...], console: Console) -> None:
    if contents.repairs:
        console.say(f"{request.source}: repaired: {', '.join(contents.repairs)}")
    if losses := (*contents.losses, *lost):
        console.warn(f"{request.source}: left out: {', '.join(losses)}")
