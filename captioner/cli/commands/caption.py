"""`captioner INPUT...`, the default command: declares its flags."""

from __future__ import annotations

from glob import has_magic
from pathlib import Path
from typing import Any

import click

from captioner.cli import options
from captioner.cli.command_list import COMMANDS
from captioner.cli.flag_types import TimeParam
from captioner.settings import Settings


class RootCommand(options.SettableCommand):
    """The default command, whose help also lists the other commands."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands (captioner COMMAND --help)"):
            formatter.write_dl(list(COMMANDS.items()))
        super().format_epilog(ctx, formatter)


@click.command(
    cls=RootCommand,
    epilog="Exit codes: 0 success, 1 other error, 2 usage or settings, 3 media, 4 backend, 5 caption format, "
    "6 stream lost, 7 finished, but some speech was lost, 130 interrupted. Most flags can also be set by an "
    "environment variable (CAPTIONER_LANGUAGE for --language) or in the settings file; 'captioner doctor' shows its "
    "path, 'captioner doctor --example-settings' its keys.",
    no_args_is_help=True,
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@options.output
@options.directory
@options.formats
@options.captioning
@click.option(
    "--context",
    type=click.Choice(["none", "previous"]),
    default="none",
    help="Send earlier text as context; with 'previous', one window at a time.  [default: none]",
)
@options.align
@options.concurrency
@options.base_url
@options.audio_track
@options.channel
@click.option("--from", "start", type=TimeParam(), metavar="TIME", help="Start at 90, 1:30 or 0:01:30.5.")
@click.option("--to", "end", type=TimeParam(), metavar="TIME", help="End at TIME.")
@click.option("--burn", metavar="FILE", help="Also write the video with the captions burned in.")
@click.option("--mux", metavar="FILE", help="Also write the video with the captions as a track.")
@options.report
@options.no_journal
@options.offline
@click.option("--dry-run", is_flag=True, help="Show what would be sent and what it costs; send nothing.")
@options.max_cost
@options.max_minutes
@click.option("--retry-failed", is_flag=True, help="Retry only the regions that failed, then rewrite the results.")
@options.overwrite
@options.skip_existing
@options.quiet
@click.option("-v", "--verbose", is_flag=True, help="Print each region as soon as it is recognised.")
@click.version_option(package_name="captioner", message="captioner %(version)s")
@click.pass_obj
def caption(settings: Settings, /, **flags: Any) -> int:
    """Caption media. Each INPUT is a file, a URL that ffmpeg reads, or '-' for standard input.

    talk.mp4 becomes talk.srt beside it. Results go to files, messages to standard error. A folder or a quoted glob is
    captioned as by 'captioner batch'.
    """
    from captioner.cli.work.caption import CaptionRequest, caption_all

    request = CaptionRequest(**flags)
    if any(_stands_for_many(name) for name in request.inputs):
        from captioner.cli.work.batch import run_folders

        return run_folders(request, settings)
    return caption_all(request, settings)


def _stands_for_many(name: str) -> bool:
    """Return whether a name is a folder, or a glob that the shell has left alone."""
    path = Path(name)
    return path.is_dir() or (has_magic(name) and "://" not in name and not path.exists())
