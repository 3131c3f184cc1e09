"""`captioner preview MEDIA SUBS`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.cli.flag_types import TimeParam
from captioner.cli.style_flags import style_flags


@click.command(no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("subtitles", nargs=-1, required=True, metavar="SUBS[:LANG] [SUBS[:LANG]]")
@click.option(
    "--at", type=TimeParam(), metavar="TIME",
    help="Time of the frame: 90, 1:30 or 0:01:30.5.  [default: of the first cue]",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="PNG to write.  [default: MEDIA with the ending .png]")
@style_flags
@options.overwrite
@options.skip_existing
@options.quiet
def preview(
    media: str,
    subtitles: tuple[str, ...],
    at: float | None,
    output: str | None,
    overwrite: bool,
    skip_existing: bool,
    quiet: bool,
    **style: Any,
) -> int:
    """Save one frame of a video as PNG, with its captions as 'captioner burn' would draw them."""
    from captioner.cli.work.preview import preview_captions, preview_name
    from captioner.cli.work.video_jobs import VideoRequest

    request = VideoRequest(
        media=media,
        subtitles=subtitles,
        output=output or preview_name(media),
        overwrite=overwrite,
        skip_existing=skip_existing,
        quiet=quiet,
    )
    return preview_captions(request, at, style)
