"""`captioner mux MEDIA SUBS`: declares its flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from captioner.cli import options

if TYPE_CHECKING:
    from captioner.render.containers import SubtitleCodec


@click.command(no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("subtitles", nargs=-1, required=True, metavar="SUBS[:LANG[:FLAG,...]]...")
@click.option("-o", "--output", required=True, metavar="FILE", help="Video to write: .mp4, .m4v, .mov, .mkv or .webm.")
@click.option(
    "--codec", type=click.Choice(["mov_text", "srt", "ass", "webvtt"]),
    help="Codec of the caption tracks.  [default: by container]",
)  # fmt: skip
@options.overwrite
@options.skip_existing
@options.quiet
def mux(codec: SubtitleCodec | None, **flags: Any) -> int:
    """Add captions to a video as tracks, without re-encoding it.

    Everything in MEDIA is copied. LANG is a language tag (en, zh-Hans); FLAG is default, forced or sdh (for the deaf
    and hard of hearing). A file named film.en.sdh.srt has both already.
    """
    from captioner.cli.work.mux import mux_captions
    from captioner.cli.work.video_jobs import VideoRequest

    return mux_captions(VideoRequest(**flags), codec)
