"""The work of `captioner align` with a caption file that is in time in place of media."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from captioner.cli.console import Console
from captioner.cli.messages import counted
from captioner.cli.work.caption_input import read_captions
from captioner.cli.work.caption_output import write_targets
from captioner.cli.work.existing_results import ExistingResults
from captioner.cli.work.jobs import Job, plan_jobs, same_file, without_existing
from captioner.cli.work.subtitle_arguments import parse_file_name
from captioner.errors import FormatError, UsageError
from captioner.formats import Contents, format_named, transcript_of
from captioner.output import WritingOptions
from captioner.retimed_captions import retime_to
from captioner.values import Cue


@dataclass(frozen=True, kw_only=True)
class RetimeRequest:
    """The flags that count where no media is read."""

    reference: str
    """The caption file that is in time."""

    script: str
    """The caption file that gets new times."""

    output: str | None = None
    directory: str | None = None
    formats: tuple[str, ...] = ()
    start_timecode: str | None = None
    drop_frame: bool = False
    overwrite: bool = False
    skip_existing: bool = False
    quiet: bool = False


def retime_captions(request: RetimeRequest) -> int:
    """Write the captions of one file at times that fit those of another; returns the exit code.

    Raises `CaptionerError`, and then writes nothing.
    """
    console = Console(quiet=request.quiet)
    job = _job(request)
    existing = ExistingResults(console, overwrite=request.overwrite, skip_existing=request.skip_existing)
    for todo in without_existing([job], existing):
        cues, language = read_cues(request.script)
        reference, _ = read_cues(request.reference)
        moved, changes = retime_to(cues, sorted(reference, key=lambda cue: cue.start))
        for change in changes:
            console.warn(f"{request.script}: {change}")
        contents = Contents(moved, transcript_of(moved, language))
        writing = WritingOptions(start_timecode=request.start_timecode, drop_frame=request.drop_frame)
        write_targets(todo.targets, contents, writing, console.warn)
        console.say(f"{request.script}: {counted(len(moved), 'cue')}{todo.arrow}")
    return existing.code


def _job(request: RetimeRequest) -> Job:
    """Return what is written. Raises `UsageError` if that is one of the two files."""
    output = request.output
    if output is None and request.directory is None:
        output = _result_name(request)
    (job,) = plan_jobs((request.script,), output=output, directory=request.directory, formats=request.formats)
    for target in job.targets:
        if target.path is not None and same_file(target.path, Path(request.reference)):
            raise UsageError(f"{request.reference} would be overwritten; name another file with -o")
    return job


def _result_name(request: RetimeRequest) -> str:
    """Return the name of the result beside the reference: film.de.srt for film.en.srt and captions in German."""
    reference, language = Path(request.reference), parse_file_name(request.script)[0]
    if language is None:
        raise UsageError(f"the name of {request.script} shows no language; name the result with -o")
    stem = reference.stem if parse_file_name(request.reference)[0] is None else Path(reference.stem).stem
    suffix = format_named(request.formats[0] if request.formats else "srt").suffix
    return str(reference.with_name(f"{stem}.{language}{suffix}"))


def read_cues(path: str) -> tuple[Sequence[Cue], str | None]:
    """Return the cues of a caption file, or a cue for each segment of a transcript, and the language.

    Raises `FormatError`, for a file without captions too.
    """
    contents = read_captions(path)[1]
    language = parse_file_name(path)[0] or contents.programme.language
    if contents.cues is None and contents.transcript:
        segments = contents.transcript.segments
        return [Cue(one.start, max(one.end, one.start + 0.001), one.text.strip()) for one in segments], language
    if not contents.cues:
        raise FormatError(path, "there are no captions in it")
    return contents.cues, language
