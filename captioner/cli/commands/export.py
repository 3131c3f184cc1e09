"""`captioner export`: a stored transcript in another format or profile."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import click

from captioner.cli import options
from captioner.settings import Settings

if TYPE_CHECKING:
    from captioner.cli.console import Console
    from captioner.cli.work.caption_output import WritingOptions
    from captioner.cli.work.jobs import Job
    from captioner.pipeline import ProfileChoice

Rate = Fraction | Literal["none"]


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("transcripts", nargs=-1, required=True, metavar="FILE.json...")
@options.output
@options.directory
@options.formats
@options.profile
@options.profile_option
@options.frame_rate
@options.shot_changes
@options.start_timecode
@options.drop_frame
@options.word_times
@options.speaker_label
@options.overwrite
@options.quiet
@click.pass_obj
def export(
    settings: Settings,
    /,
    transcripts: tuple[str, ...],
    output: str | None,
    directory: str | None,
    formats: tuple[str, ...],
    profile: str | None,
    profile_options: tuple[tuple[str, Any], ...],
    frame_rate: Rate | None,
    shot_changes: bool,
    start_timecode: str | None,
    drop_frame: bool,
    word_times: bool,
    speaker_label: str | None,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Write transcripts ('-f json' made them) in another format or profile, without hearing anything anew."""
    from captioner.cli.console import Console
    from captioner.cli.messages import attempt_all
    from captioner.cli.work.caption_output import WritingOptions
    from captioner.cli.work.jobs import plan, without_existing
    from captioner.cli.work.profile_choice import asked_style

    console = Console(quiet=quiet)
    style = asked_style(profile, profile_options, settings)
    jobs = plan(transcripts, output=output, directory=directory, formats=formats)
    todo = without_existing(jobs, overwrite=overwrite, say=console.say)
    writing = WritingOptions(
        frame_rate=frame_rate,
        start_timecode=start_timecode,
        drop_frame=drop_frame,
        word_times=word_times,
        speaker_label=speaker_label,
    )
    return attempt_all(todo, partial(_render, style=style, shot_changes=shot_changes, writing=writing, console=console))


def _render(job: Job, style: ProfileChoice, shot_changes: bool, writing: WritingOptions, console: Console) -> int:
    from captioner.cli.messages import counted
    from captioner.cli.work.caption_output import title_of, write_targets
    from captioner.cli.work.jobs import read_captions
    from captioner.formats import format_named
    from captioner.pipeline import cues_of_transcript

    _, contents = read_captions(job.source, format_named("json"))
    transcript, report = contents.transcript, contents.report
    assert transcript is not None
    assert report is not None
    programme = writing.on(replace(contents.programme, title=title_of(report.source)))
    report = replace(report, frame_rate=programme.frame_rate)
    if shot_changes:
        report = replace(report, shot_changes=_cuts_of(report.source, console))
    cues = cues_of_transcript(transcript, style, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
    made = replace(contents, cues=cues, report=report, programme=programme)
    write_targets(job.targets, made, writing, console.warn)
    console.say(f"{job.source}: {counted(len(cues), 'cue')}{job.arrow}")
    return 0


def _cuts_of(source: str, console: Console) -> tuple[float, ...]:
    """The shot changes of the media that a transcript was heard in."""
    from captioner.media import open_media, read_shot_changes

    with open_media(source) as media:
        return tuple(read_shot_changes(media, warn=lambda message: console.warn(f"{source}: {message}")))
