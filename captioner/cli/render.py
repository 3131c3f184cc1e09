"""`captioner render`: a stored transcript in another format or profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from captioner.cli import options

if TYPE_CHECKING:
    from captioner.cli.console import Console
    from captioner.cli.files import Job
    from captioner.profiles import Profile


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("transcripts", nargs=-1, required=True, metavar="FILE.json...")
@options.output
@options.directory
@options.formats
@options.profile
@options.overwrite
@options.quiet
def render(
    transcripts: tuple[str, ...],
    output: str | None,
    directory: str | None,
    formats: tuple[str, ...],
    profile: str | None,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Write transcripts ('-f json' made them) in another format or profile, without hearing anything anew."""
    from captioner.cli.console import Console
    from captioner.cli.errors import attempt_all
    from captioner.cli.files import plan, without_existing
    from captioner.profiles import profile_named

    console = Console(quiet=quiet)
    style = profile_named(profile) if profile else None
    jobs = plan(transcripts, output=output, directory=directory, formats=formats)
    todo = without_existing(jobs, overwrite=overwrite, say=console.say)
    return attempt_all(todo, lambda job: _render(job, style, console))


def _render(job: Job, profile: Profile | None, console: Console) -> int:
    from captioner.cli.errors import counted
    from captioner.cli.files import read_captions, write_whole
    from captioner.formats import format_named
    from captioner.pipeline import cut_cues

    _, contents = read_captions(job.source, format_named("json"))
    assert contents.transcript is not None
    cues = cut_cues(contents.transcript, profile)
    for target in job.targets:
        write_whole(target.path, target.format.write(cues, contents.transcript, contents.report, contents.programme))
    console.say(f"{job.source}: {counted(len(cues), 'cue')}{job.arrow}")
    return 0
