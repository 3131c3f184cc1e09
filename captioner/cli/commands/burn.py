"""`captioner burn`: captions in the picture itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from captioner.cli import options
from captioner.cli.burn_options import look_options, wishes_from

if TYPE_CHECKING:
    from captioner.render.burn import Streams


@click.command(no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("subtitles", nargs=-1, required=True, metavar="SUBS[:LANG] [SUBS[:LANG]]")
@click.option("-o", "--output", required=True, metavar="FILE", help="The video to write: mp4, m4v, mov, mkv or webm.")
@look_options
@click.option(
    "--overlay", is_flag=True, help="Write the captions alone, transparent, for an editor: .mov, ProRes 4444."
)
@click.option(
    "--encoder",
    metavar="NAME",
    help="An encoder of ffmpeg, or 'hardware' for the machine's own if it works.  [default: libx264; libx265 in HDR]",
)
@click.option(
    "--quality", type=int, metavar="N", help="On the encoder's scale.  [default: 18 for libx264; less is better]"
)
@click.option("--preset", metavar="NAME", help="The encoder's speed, such as fast or slow.")
@click.option(
    "--streams",
    type=click.Choice(["all", "main"]),
    default="all",
    help="What goes over: all, or the picture and its main sound.  [default: all]",
)
@options.overwrite
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
    quiet: bool,
    **look: Any,
) -> int:
    """Burn captions into the picture of a video. Its sound, other streams, chapters and metadata go over as they are.

    Two SUBS are two languages at once, the second above the first. LANG is a language tag (en, zh-Hans), which a name
    like film.zh-Hans.srt says already; the font follows it. An .ass file keeps its own look unless one is asked for.
    """
    from captioner.cli.work.video_jobs import rendering
    from captioner.render import Encoding
    from captioner.render import burn as burn_in
    from captioner.render import overlay as draw_alone

    wishes, encoding = wishes_from(**look), Encoding(encoder, quality, preset)
    with rendering(media, subtitles, output, overwrite=overwrite, quiet=quiet) as work:
        if work and overlay:
            draw_alone(work.media, work.subtitles, work.target, style=wishes, progress=work.watch, warn=work.warn)
        elif work:
            chosen: dict[str, Any] = {"style": wishes, "encoding": encoding, "streams": streams}
            burn_in(work.media, work.subtitles, work.target, **chosen, progress=work.watch, warn=work.warn)
    return 0
