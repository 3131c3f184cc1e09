"""`captioner preview`: one frame with its captions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from captioner.cli import options
from captioner.cli.burn_options import look_options, wishes_from


@click.command(no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("subtitles", nargs=-1, required=True, metavar="SUBS[:LANG] [SUBS[:LANG]]")
@click.option(
    "--at",
    type=options.TimeParam(),
    metavar="TIME",
    help="Which frame: 90, 1:30 or 0:01:30.5.  [default: the first cue's]",
)
@click.option("-o", "--output", metavar="FILE", help="The picture to write, a PNG.  [default: as MEDIA, with .png]")
@look_options
@options.overwrite
@options.quiet
def preview(
    media: str,
    subtitles: tuple[str, ...],
    at: float | None,
    output: str | None,
    overwrite: bool,
    quiet: bool,
    **look: Any,
) -> int:
    """Write one frame of a video with its captions as 'captioner burn' would show them, as a PNG."""
    from captioner.cli.work.video_jobs import rendering
    from captioner.media import path_of
    from captioner.render import preview as draw_frame

    target = output or str((path_of(media) or Path("frame")).with_suffix(".png"))
    wishes = wishes_from(**look)
    with rendering(media, subtitles, target, overwrite=overwrite, quiet=quiet) as work:
        if work:
            draw_frame(work.media, work.subtitles, work.target, at=at, style=wishes, warn=work.warn)
    return 0
