"""Where the captions of a live stream go: every sink that was asked for, at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.cli.work.live_request import LiveRequest
from captioner.errors import CaptionerError, OutputNotWritten, UsageError
from captioner.live.session.checkpoint import Checkpoint, load_checkpoint
from captioner.live.session.runner import SinkFanout
from captioner.live.session.session import RecognitionConfig
from captioner.live.sinks import Sink, load_sink
from captioner.live.sinks.hls_captions import STATE, HlsCaptions, delete_rendition
from captioner.live.sinks.record import TranscriptRecorder
from captioner.live.sinks.worker import SinkWorker
from captioner.values import Report

if TYPE_CHECKING:
    from captioner.live.server.feed import CaptionFeed

CLOSE_TIMEOUT = 5.0
"""Seconds that a sink gets, at the end, for what it has not yet taken."""

NEEDS_SERVER = "--serve needs a web server, which is not installed; run: pip install 'captioner[server]'"


@dataclass
class LiveOutputs:
    """The sinks at work; of these the rendition and the feed, which a server shows as well."""

    sinks: SinkFanout = field(default_factory=SinkFanout)
    hls: HlsCaptions | None = None
    feed: CaptionFeed | None = None

    def add(self, name: str, sink: Sink) -> None:
        """Set a sink to work."""
        self.sinks.workers.append(SinkWorker(name, sink))


def earlier_checkpoint(request: LiveRequest) -> Checkpoint | None:
    """Where an earlier run stopped. Raises `OutputNotWritten` for a result that is none of this stream's."""
    path = request.checkpoint_path
    state = load_checkpoint(path, request.source) if path and not request.overwrite else None
    for name in (*request.outputs, *([request.record] if request.record else [])):
        if request.overwrite:
            for old in (Path(name), Path(f"{name}.lines")):
                old.unlink(missing_ok=True)
        elif state is None and Path(name).exists():
            reason = "it is there already, and no run of this stream stopped there; use --overwrite"
            raise OutputNotWritten(name, reason)
    if request.hls and request.overwrite:
        delete_rendition(Path(request.hls))
    elif request.hls and state is None:
        Path(request.hls, STATE).unlink(missing_ok=True)  # of another stream, or of one that has ended
    return state


@contextmanager
def open_outputs(request: LiveRequest, config: RecognitionConfig) -> Iterator[LiveOutputs]:
    """Every sink at work; however the block is left, each is closed. Raises `UsageError`, `OutputNotWritten`."""
    outputs = LiveOutputs()
    try:
        for name, target in request.sink_targets:
            outputs.add(f"{name} {target}" if name in ("srt", "vtt", "jsonl") else name, load_sink(name, target))
        if request.hls:
            language = config.hints.language or next(iter(config.backend.traits.languages), None)
            outputs.hls = HlsCaptions(request.hls, language=language, serves_video=request.hold > 0)
            outputs.add(f"hls {request.hls}", outputs.hls)
        if request.record:
            outputs.add(f"record {request.record}", _record(request.record, request, config))
        if request.serve:
            outputs.feed = _feed()
            outputs.add("feed", outputs.feed)
        if not outputs.sinks.workers:
            raise UsageError("nothing says where captions go: name a file with -o, a folder with --hls, or --serve")
        yield outputs
    finally:
        for outlet in outputs.sinks.workers:
            outlet.close(CLOSE_TIMEOUT)


def open_server(address: str | None, outputs: LiveOutputs, status: Any, hold: float) -> Any:
    """The server as a context, nothing without an address. Raises `UsageError` where the address is taken."""
    if address is None or outputs.feed is None:
        return nullcontext()
    from captioner.live.server.app import ServerContent
    from captioner.live.server.server import LiveServer

    return closing(LiveServer(ServerContent(outputs.feed, status, outputs.hls, hold), address))


def _feed() -> CaptionFeed:
    try:
        from captioner.live.server.feed import CaptionFeed
        from captioner.live.server.server import LiveServer  # noqa: F401 - whether it can be loaded at all
    except ImportError as error:
        raise CaptionerError(NEEDS_SERVER) from error
    return CaptionFeed()


def _record(target: str, request: LiveRequest, config: RecognitionConfig) -> Sink:
    traits = config.backend.traits
    report = Report(request.source, 0.0, traits.name, traits.model, align=config.timer.name if config.timer else None)
    return TranscriptRecorder(target, report, config.hints.language)
