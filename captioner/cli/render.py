"""`captioner render`: a stored transcript in another format or profile."""

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
    from captioner.cli.files import Job
    from captioner.pipeline import Style

Rate = Fraction | Literal["none"]


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("transcripts", nargs=-1, required=True, metavar="FILE.json...")
@options.output
@options.directory
@options.formats
@options.profile
@options.profile_option
@options.frame_rate
@options.overwrite
@options.quiet
@click.pass_obj
def render(
    settings: Settings,
    /,
    transcripts: tuple[str, ...],
    output: str | None,
    directory: str | None,
    formats: tuple[str, ...],
    profile: str | None,
    profile_options: tuple[tuple[str, Any], ...],
    frame_rate: Rate | None,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Write transcripts ('-f json' made them) in another format or profile, without hearing anything anew."""
    from captioner.cli.console import Console
    from captioner.cli.errors import attempt_all
    from captioner.cli.files import plan, without_existing
    from captioner.cli.styles import asked_style

    console = Console(quiet=quiet)
    style = asked_style(profile, profile_options, settings)
    jobs = plan(transcripts, output=output, directory=directory, formats=formats)
    todo = without_existing(jobs, overwrite=overwrite, say=console.say)
    return attempt_all(todo, partial(_render, style=style, frame_rate=frame_rate, console=console))


def _render(job: Job, style: Style, frame_rate: Rate | None, console: Console) -> int:
    from captioner.cli.errors import counted
    from captioner.cli.files import read_captions, write_whole
    from captioner.formats import format_named
    from captioner.pipeline import cut_cues

    _, contents = read_captions(job.source, format_named("json"))
    transcript, report, programme = contents.transcript, contents.report, contents.programme
    assert transcript is not None
    assert report is not None
    if frame_rate:
        report = replace(report, frame_rate=None if frame_rate == "none" else frame_rate)
        programme = replace(programme, frame_rate=report.frame_rate)
    cues = cut_cues(transcript, style, frame_rate=report.frame_rate, shot_changes=report.shot_changes)
    for target in job.targets:
        write_whole(target.path, target.format.write(cues, transcript, report, programme))
    console.say(f"{job.source}: {counted(len(cues), 'cue')}{job.arrow}")
    return 0
