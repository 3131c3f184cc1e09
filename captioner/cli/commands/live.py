"""`captioner live SOURCE`: declares its flags; `captioner.cli.work.live` does the work."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.cli.flag_types import KeyValueParam
from captioner.settings import Settings


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("source")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE",
    help="Growing caption file: .srt, .vtt or .jsonl; repeatable.",
)  # fmt: skip
@click.option("--hls", metavar="DIR", help="Write a WebVTT rendition for HLS to DIR.")
@click.option(
    "--serve", metavar="[HOST:]PORT",
    help="Serve /feed (SSE), /socket (WebSocket), /overlay for OBS, /healthz, /metrics, and the rendition of --hls.",
)  # fmt: skip
@click.option(
    "--allow-origin",
    "allowed_origins",
    multiple=True,
    metavar="ORIGIN",
    help="Site whose pages may read what --serve serves, such as https://example.org, or '*'; repeatable.",
)
@click.option(
    "--hold", type=click.FloatRange(0), default=0.0, metavar="SECONDS",
    help="With --serve and --hls: hold video and audio back until captions are ready.",
)  # fmt: skip
@click.option("--record", metavar="FILE.json", help="Record the transcript, for 'captioner export'.")
@click.option(
    "--sink", "sinks", type=KeyValueParam(plain=True), multiple=True, metavar="NAME=TARGET",
    help="Push captions to obs, youtube, zoom, ...; @FILE reads TARGET from a file; repeatable.",
)  # fmt: skip
@options.profile
@options.backend
@options.backend_options
@options.model
@options.language
@options.chinese_script
@options.keep_suspected
@options.prompt
@options.hotwords
@options.hotwords_file
@options.concurrency
@options.base_url
@options.align
@options.audio_track
@click.option(
    "--partials/--no-partials", default=None,
    help="Show partial captions while a sentence is spoken.  [default: on, but off for a metered backend]",
)  # fmt: skip
@click.option(
    "--max-lag", type=click.FloatRange(5), default=30.0, metavar="SECONDS",
    help="Skip and mark speech once captions lag by SECONDS.  [default: 30]",
)  # fmt: skip
@click.option(
    "--reconnect", type=click.FloatRange(0), default=600.0, metavar="SECONDS",
    help="Give up a source that is gone for SECONDS.  [default: 600]",
)  # fmt: skip
@click.option("--from-start", is_flag=True, help="Start at the first segment in the HLS playlist.")
@click.option("--input-format", metavar="NAME", help="Format of the source where it is not detected: s16le, alsa, ...")
@click.option(
    "--input-option", "input_options", type=KeyValueParam(plain=True), multiple=True, metavar="KEY=VALUE",
    help="ffmpeg option for the source, such as listen=1 or sample_rate=16000; repeatable.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Delete the results of an earlier stream and start again.")
@options.quiet
@click.pass_obj
def live(settings: Settings, /, **flags: Any) -> int:
    """Caption a stream while it runs. SOURCE is an address (HLS, RTMP, SRT, RTSP, UDP, HTTP), a named pipe, '-' for
    standard input, or a device with --input-format.

    Runs until the stream ends, or until SIGTERM or Ctrl-C. Started again, it continues where it stopped.
    """
    from captioner.cli.work.live import caption_live
    from captioner.cli.work.live_request import LiveRequest

    return caption_live(LiveRequest(**flags), settings)
