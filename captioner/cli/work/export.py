"""The work of `captioner export`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

from captioner.cli.console import Console
from captioner.cli.messages import attempt_all, counted
from captioner.cli.work.caption_input import read_captions
from captioner.cli.work.caption_output import write_targets
from captioner.cli.work.existing_results import ExistingResults
from captioner.cli.work.jobs import Job, plan_jobs, without_existing
from captioner.cli.work.profile_choice import profile_by_language
from captioner.errors import FormatError
from captioner.formats import Contents, format_named
from captioner.media import open_media, read_shot_changes
from captioner.output import STANDARD, WritingOptions, title_of
from captioner.pipeline import ProfileChoice, cues_of_transcript
from captioner.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """The flags of `captioner export`."""

    transcripts: tuple[str, ...]
    output: str | None
    directory: str | None
    formats: tuple[str, ...]
    profile: str | None
    profile_options: tuple[tuple[str, Any], ...]
    frame_rate: Fraction | Literal["none"] | None
    shot_changes: bool
    start_timecode: str | None
    drop_frame: bool
    word_times: bool
    speaker_label: str | None
    overwrite: bool
    skip_existing: bool
    quiet: bool


def export_all(request: ExportRequest, settings: Settings) -> int:
    """Export each transcript; returns the exit code. Raises `UsageError` before any work is done."""
    console = Console(quiet=request.quiet)
    profile = profile_by_language(request.profile, request.profile_options, settings)
    jobs = plan_jobs(request.transcripts, output=request.output, directory=request.directory, formats=request.formats)
    existing = ExistingResults(
        console, overwrite=request.overwrite, skip_existing=request.skip_existing, inputs=len(request.transcripts)
    )
    todo = without_existing(jobs, existing)
    return attempt_all(todo, partial(_export, request=request, profile=profile, console=console)) or existing.code


def _export(job: Job, request: ExportRequest, profile: ProfileChoice, console: Console) -> int:
    writing = WritingOptions(
        frame_rate=request.frame_rate,
        start_timecode=request.start_timecode,
        drop_frame=request.drop_frame,
        word_times=request.word_times,
        speaker_label=request.speaker_label,
    )
    contents = _read_transcript(job.source)
    transcript, report = contents.transcript, contents.report
    assert transcript is not None
    assert report is not None
    programme = writing.applied_to(replace(contents.programme, title=title_of(report.source)))
    report = replace(report, frame_rate=programme.frame_rate)
    if request.shot_changes:
        report = replace(report, shot_changes=_shot_changes_of(report.source, console))
    cues = cues_of_transcript(transcript, profile, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
    exported = replace(contents, cues=cues, report=report, programme=programme)
    write_targets(job.targets, exported, writing, console.warn)
    console.say(f"{job.source}: {counted(len(cues), 'cue')}{job.arrow}")
    return 0


def _read_transcript(path: str) -> Contents:
    """What a transcript holds. Raises `FormatError`, for a caption file with the command that reads it."""
    try:
        return read_captions(path, format_named("json"))[1]
    except FormatError as error:
        if path == STANDARD or not Path(path).is_file() or Path(path).suffix.lower() == ".json":
            raise
        raise FormatError(path, "is not a transcript (.json); 'captioner convert' takes caption files") from error


def _shot_changes_of(source: str, console: Console) -> tuple[float, ...]:
    """Return the shot changes of the media that was transcribed."""
    with open_media(source) as media:
        return tuple(read_shot_changes(media, warn=lambda message: console.warn(f"{source}: {message}")))
