"""`captioner burn MEDIA SUBS`: declares its flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from captioner.cli import options
from captioner.cli.style_flags import style_flags

if TYPE_CHECKING:
    from captioner.render.burn import Streams


@click.command(no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("subtitles", nargs=-1, required=True, metavar="SUBS[:LANG] [SUBS[:LANG]]")
@click.option("-o", "--output", required=True, metavar="FILE", help="Video to write: .mp4, .m4v, .mov, .mkv or .webm.")
@style_flags
@click.option("--overlay", is_flag=True, help="Write the captions alone on a transparent video (.mov, ProRes 4444).")
@click.option(
    "--encoder", metavar="NAME",
    help="Encoder of ffmpeg, or 'hardware' if it works.  [default: libx264; libx265 for HDR]",
)  # fmt: skip
@click.option(
    "--quality", type=int, metavar="N",
    help="Quality on the encoder's scale; lower is better.  [default: 18 for libx264]",
)  # fmt: skip
@click.option("--preset", metavar="NAME", help="Speed of the encoder, such as fast or slow.")
@click.option(
    "--streams", type=click.Choice(["all", "main"]), default="all",
    help="Streams to copy: all, or the main video and audio.  [default: all]",
)  # fmt: skip
@options.overwrite
@options.skip_existing
@options.quiet
def burn(
    media: str,
    subtitles: tuple[str, ...],
    output: str,
    overlay: bool,
    encoder: str | None,
    quality: int | None,
    preset: str | None,
    streams: Streams,
    overwrite: bool,
    skip_existing: bool,
    quiet: bool,
    **style: Any,
) -> int:
    """Burn captions into the picture of a video. Audio, other streams, chapters and metadata are copied.

    Two SUBS show two languages at once, the second above the first. LANG is a language tag (en, zh-Hans); a name like
    film.zh-Hans.srt has it already. The font fits the language. An .ass file keeps its own style unless a style flag is
    given.
    """
    from captioner.cli.work.burn import BurnRequest, burn_captions
    from captioner.render import Encoding

    request = BurnRequest(
        media=media,
        subtitles=subtitles,
        output=output,
        style=style,
        overlay=overlay,
        encoding=Encoding(encoder, quality, preset),
        streams=streams,
        overwrite=overwrite,
        skip_existing=skip_existing,
        quiet=quiet,
    )
    return burn_captions(request)
