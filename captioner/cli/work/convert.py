"""The work of `captioner convert`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from captioner.cli.console import Console
from captioner.cli.messages import counted
from captioner.cli.work.caption_output import WritingOptions, title_of, write_targets
from captioner.cli.work.jobs import STANDARD, Job, Target, read_captions, same_file, without_existing
from captioner.errors import FormatError, UsageError
from captioner.formats import (
    Contents,
    Format,
    Programme,
    format_named,
    format_of_path,
    shift_and_stretch,
    transcript_of,
)
from captioner.languages import asked_language
from captioner.pipeline import cues_of_transcript
from captioner.values import Cue, Report


@dataclass(frozen=True, kw_only=True)
class ConvertRequest:
    """The flags, named as they are there. `stretch` is what times are multiplied with, `shift` in seconds."""

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
    shift: float
    speaker_label: str | None
    strict: bool
    overwrite: bool
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
    todo = without_existing([Job(request.source, (target,))], overwrite=request.overwrite, say=console.say)
    for job in todo:
        contents = _contents(request, writing, console)
        if request.strict:
            _refuse_losses(request.source, target.format, contents)
        write_targets(job.targets, contents, writing, console.warn)
        console.say(f"{request.source}: {counted(len(contents.cues or ()), 'cue')}{job.arrow}")
    return 0


def _refuse_losses(source: str, target: Format, contents: Contents) -> None:
    if losses := target.write(contents).losses:
        raise FormatError(source, f"{target.name} cannot store {', '.join(losses.phrases())}")


def _target_format(request: ConvertRequest) -> Format:
    if request.target_format:
        return format_named(request.target_format)
    if request.target == STANDARD:
        raise UsageError("standard output has no ending that tells a format; say it with --to")
    return format_of_path(request.target)


def _contents(request: ConvertRequest, writing: WritingOptions, console: Console) -> Contents:
    """What is written: the cues of the file, moved as asked, and what else the format may want."""
    given = format_named(request.source_format) if request.source_format else None
    known = writing.on(Programme())
    _, contents = read_captions(request.source, given, known, encoding=request.encoding, strict=request.strict)
    programme = writing.on(contents.programme)
    if request.language:
        programme = replace(programme, language=asked_language(request.language))
    programme = replace(programme, title=programme.title or title_of(request.source))
    cues = _cues(contents, programme)
    moved, lost = shift_and_stretch(cues, request.shift, request.stretch or Fraction(1))
    _tell(request, contents, lost.phrases(), console)
    told = replace(contents, cues=moved, programme=programme)
    return told if contents.transcript and moved == list(cues) else _spoken(told, request.source)


def _cues(contents: Contents, programme: Programme) -> Sequence[Cue]:
    """The cues of a file; those that a transcript becomes."""
    if contents.cues is not None:
        return contents.cues
    assert contents.transcript is not None
    return cues_of_transcript(contents.transcript, frame_rate=programme.frame_rate)


def _spoken(contents: Contents, source: str) -> Contents:
    """The contents with a transcript and a report, made of their cues."""
    cues = contents.cues or ()
    duration = max((cue.end for cue in cues), default=0.0)
    language = contents.programme.language
    report = Report(source, duration, "convert", language=language, frame_rate=contents.programme.frame_rate)
    return replace(contents, transcript=transcript_of(cues, language), report=report)


def _tell(request: ConvertRequest, contents: Contents, lost: tuple[str, ...], console: Console) -> None:
    if contents.mended:
        console.say(f"{request.source}: mended: {', '.join(contents.mended)}")
    if left_out := (*contents.losses, *lost):
        console.warn(f"{request.source}: left out: {', '.join(left_out)}")
