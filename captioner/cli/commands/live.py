"""`captioner live SOURCE`: captions beside a running stream. Declares its flags; the work is in `living`."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("source")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE",
    help="A file that grows: .srt, .vtt or .jsonl, by its ending; may be repeated.",
)  # fmt: skip
@click.option("--hls", metavar="DIR", help="Write the captions there as a rendition of the HLS stream.")
@click.option(
    "--serve", metavar="[HOST:]PORT",
    help="Serve /feed (SSE), /socket (WebSocket), /overlay for OBS, /healthz, /metrics, and what --hls writes.",
)  # fmt: skip
@click.option(
    "--hold", type=click.FloatRange(0), default=0.0, metavar="SECONDS",
    help="With --serve and --hls: hold picture and sound back, so that captions of short segments are in time.",
)  # fmt: skip
@click.option("--record", metavar="FILE.json", help="Keep all that is heard as a transcript, for 'captioner export'.")
@click.option(
    "--sink", "sinks", type=options.KeyValueParam(plain=True), multiple=True, metavar="NAME=TARGET",
    help="Another place for captions; a TARGET @FILE stands in that file. May be repeated.",
)  # fmt: skip
@options.profile
@options.backend
@options.backend_options
@options.model
@options.language
@options.prompt
@options.hotwords
@options.hotwords_file
@options.concurrency
@options.base_url
@options.align
@options.audio_track
@click.option(
    "--drafts/--no-drafts", default=None,
    help="Show what is being said before its end is heard.  [default: yes, but not where it is paid for]",
)  # fmt: skip
@click.option(
    "--max-lag", type=click.FloatRange(5), default=30.0, metavar="SECONDS",
    help="Skip speech, and mark the hole, before captions are later than this.  [default: 30]",
)  # fmt: skip
@click.option(
    "--reconnect", type=click.FloatRange(0), default=600.0, metavar="SECONDS",
    help="How long to wait for a source that is gone.  [default: 600]",
)  # fmt: skip
@click.option("--from-start", is_flag=True, help="Hear an HLS stream from the first segment that is still there.")
@click.option("--input-format", metavar="NAME", help="What the source is, where nothing tells: s16le, alsa, ...")
@click.option(
    "--input-option", "input_options", type=options.KeyValueParam(plain=True), multiple=True, metavar="KEY=VALUE",
    help="An option of ffmpeg's for the source, such as listen=1 or sample_rate=16000; may be repeated.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Begin anew what an earlier stream has left.")
@options.quiet
@click.pass_obj
def live(settings: Settings, /, **flags: Any) -> int:
    """Caption a stream while it runs. SOURCE is an address (HLS, RTMP, SRT, RTSP, UDP, HTTP), a named pipe, '-' for
    standard input, or a device with --input-format.

    Ends with the stream, or on SIGTERM or Ctrl-C after the last words are out; started again, it goes on where it was.
    """
    from captioner.cli.work.live import caption_live
    from captioner.cli.work.live_request import LiveRequest

    return caption_live(LiveRequest(**flags), settings)
