"""`captioner render`: a stored transcript in another format or profile."""

from __future__ import annotations

from pathlib import Path

import click

from captioner.cli import options


@click.command(no_args_is_help=True)
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
    from captioner.cli.outputs import plan, write_whole, without_existing
    from captioner.formats import transcript as transcript_json
    from captioner.pipeline import cut_cues

    console = Console(quiet=quiet)
    ...
