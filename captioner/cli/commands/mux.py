"""`captioner mux`: captions as tracks of a video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from captioner.cli import options

if TYPE_CHECKING:
    from captioner.render.containers import SubtitleCodec


@click.command(no_args_is_help=True)
@click.argument("media", metavar="MEDIA")
@click.argument("subtitles", nargs=-1, required=True, metavar="SUBS[:LANG[:FLAG,...]]...")
@click.option(
    "-o", "--output", required=True, metavar="FILE", help="The video to write: .mp4, .m4v, .mov, .mkv, .webm."
)
@click.option(
    "--codec",
    type=click.Choice(["mov_text", "srt", "ass", "webvtt"]),
    help="How the captions are kept.  [default: what the container usually takes]",
)
@options.overwrite
@options.quiet
def mux(
    media: str, subtitles: tuple[str, ...], output: str, codec: SubtitleCodec | None, overwrite: bool, quiet: bool
) -> int:
    """Add captions to a video as tracks that the viewer switches on, without encoding anything anew.

    All that MEDIA holds goes over. LANG is a language tag (en, zh-Hans); FLAG is default, forced or sdh (for the deaf
    and hard of hearing). A file named film.en.sdh.srt says both already.
    """
    from captioner.cli.work.video_jobs import rendering
    from captioner.render import mux as add_tracks

    with rendering(media, subtitles, output, overwrite=overwrite, quiet=quiet) as work:
        if work:
            add_tracks(work.media, work.subtitles, work.target, codec=codec, progress=work.watch, warn=work.warn)
    return 0
