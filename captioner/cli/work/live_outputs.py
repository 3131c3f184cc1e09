"""The outputs of a live stream: opens every sink that the flags ask for, and the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.cli.work.live_request import GROWING_FORMATS, LiveRequest
from captioner.errors import CaptionerError, OutputNotWritten
from captioner.live.session.checkpoint import Checkpoint, load_checkpoint
from captioner.live.session.runner import SinkFanout
from captioner.live.session.session import RecognitionConfig
from captioner.live.session.status import SessionStatus
from captioner.live.sinks import Sink, load_sink
from captioner.live.sinks.hls_captions import HlsCaptions, delete_rendition
from captioner.live.sinks.transcript_recorder import TranscriptRecorder
from captioner.live.sinks.worker import SinkWorker
from captioner.live.source.opening import is_hls
from captioner.values import Report

if TYPE_CHECKING:
    from captioner.cli.console import Console
    from captioner.live.server.feed import CaptionFeed

CLOSE_TIMEOUT = 5.0
"""Seconds that a sink has at the end to deliver what waits."""

NEEDS_SERVER = "--serve needs a web server, which is not installed; run: pip install 'captioner[server]'"


@dataclass
class LiveOutputs:
    """The running sinks of a stream."""

    sinks: SinkFanout = field(default_factory=SinkFanout)
    """All of them."""

    hls: HlsCaptions | None = None
    """The HLS rendition, which the server serves too."""

    feed: CaptionFeed | None = None
    """The feed of the server."""

    def add(self, name: str, sink: Sink) -> None:
        """Start a sink."""
        self.sinks.workers.append(SinkWorker(name, sink))


def earlier_checkpoint(request: LiveRequest) -> Checkpoint | None:
    """Return the checkpoint of an earlier run of this stream; with --overwrite, delete its results instead.

    Raises `OutputNotWritten` for a result that exists without a checkpoint of this stream.
    """
    path = request.checkpoint_path
    checkpoint = load_checkpoint(path, request.source) if path else None
    if request.overwrite:
        checkpoint = None
    for name in request.files:
        written = [Path(name), *([Path(f"{name}.lines")] if name == request.record else [])]
        if request.overwrite:
            for old in written:
                old.unlink(missing_ok=True)
        elif checkpoint is None and any(_has_content(path) for path in written):
            raise OutputNotWritten(name, "it exists, and no run of this stream stopped there; use --overwrite")
    if request.hls and request.overwrite:
        delete_rendition(Path(request.hls))
    return checkpoint


def _has_content(path: Path) -> bool:
    """Return whether a file holds more than a run leaves that was killed before its first caption."""
    try:
        with path.open("rb") as file:
            return file.read(100).strip() not in (b"", b"WEBVTT")
    except OSError:
        return path.exists()


@contextmanager
def open_outputs(request: LiveRequest, config: RecognitionConfig, *, continues: bool) -> Iterator[LiveOutputs]:
    """Yield the running sinks, which are closed at the end of the block; `continues` an earlier run of the stream.

    Raises `UsageError`, `OutputNotWritten`.
    """
    outputs = LiveOutputs()
    try:
        for name, target in request.sink_targets:
            outputs.add(f"{name} {target}" if name in GROWING_FORMATS else name, load_sink(name, target))
        if request.hls:
            language = config.hints.language or next(iter(config.backend.traits.languages), None)
            outputs.hls = HlsCaptions(
                request.hls,
                language=language,
                serves_video=request.hold > 0,
                continues=continues,
                writes_master=is_hls(request.source, request.source_options),
            )
            outputs.add(f"hls {request.hls}", outputs.hls)
        if request.record:
            outputs.add(f"record {request.record}", _recorder(request.record, request.source, config))
        if request.serve:
            outputs.feed = _feed()
            outputs.add("feed", outputs.feed)
        yield outputs
    finally:
        for worker in outputs.sinks.workers:
            worker.close(CLOSE_TIMEOUT)


def open_server(
    request: LiveRequest, outputs: LiveOutputs, status: Callable[[], SessionStatus], console: Console
) -> AbstractContextManager[object]:
    """Return the server as a context; an empty one without an address. Raises `UsageError` if the address is in use."""
    address = request.serve
    if address is None or outputs.feed is None:
        return nullcontext()
    from captioner.live.server.app import ServerContent
    from captioner.live.server.server import LiveServer

    content = ServerContent(outputs.feed, status, outputs.hls, request.hold, frozenset(request.allowed_origins))
    server = LiveServer(content, address, console.warn)
    console.say(f"serving captions at {server.address}/overlay, /feed and /socket")
    return closing(server)


def _feed() -> CaptionFeed:
    try:
        from captioner.live.server.feed import CaptionFeed
        from captioner.live.server.server import LiveServer  # noqa: F401 - only to see whether it is installed
    except ImportError as error:
        raise CaptionerError(NEEDS_SERVER) from error
    return CaptionFeed()


def _recorder(target: str, source: str, config: RecognitionConfig) -> Sink:
    traits = config.backend.traits
    report = Report(source, 0.0, traits.name, traits.model, align=config.aligner.name if config.aligner else None)
    return TranscriptRecorder(target, report, config.hints.language)
