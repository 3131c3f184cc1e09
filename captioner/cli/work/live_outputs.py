"""Where the captions of a live stream go: every sink that was asked for, at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.errors import CaptionerError, OutputNotWritten, UsageError
from captioner.live.session.checkpoint import Checkpoint, load_checkpoint
from captioner.live.session.runner import SinkFanout
from captioner.live.session.session import RecognitionConfig
from captioner.live.sinks import Sink, load_sink
from captioner.live.sinks.hls_captions import STATE, Hls, forget
from captioner.live.sinks.record import Record
from captioner.live.sinks.worker import SinkWorker
from captioner.values import Report

if TYPE_CHECKING:
    from captioner.cli.work.live import LiveRequest
    from captioner.live.server.feed import CaptionFeed

FAREWELL = 5.0
"""Seconds that a sink gets, at the end, for what it has not yet taken."""

NEEDS_SERVER = "--serve needs a web server, which is not installed; run: pip install 'captioner[server]'"


@dataclass
class LiveOutputs:
    """The sinks at work; of these the rendition and the feed, which a server shows as well."""

    telling: SinkFanout = field(default_factory=SinkFanout)
    hls: Hls | None = None
    feed: CaptionFeed | None = None

    def add(self, name: str, sink: Sink) -> None:
        """Set a sink to work."""
        self.telling.outlets.append(SinkWorker(name, sink))


def earlier_state(request: LiveRequest) -> Checkpoint | None:
    """Where an earlier run stopped. Raises `OutputNotWritten` for a result that is none of this stream's."""
    path = request.state
    state = load_checkpoint(path, request.source) if path and not request.overwrite else None
    for name in (*request.outputs, *([request.record] if request.record else [])):
        if request.overwrite:
            for old in (Path(name), Path(f"{name}.lines")):
                old.unlink(missing_ok=True)
        elif state is None and Path(name).exists():
            reason = "it is there already, and no run of this stream stopped there; use --overwrite"
            raise OutputNotWritten(name, reason)
    if request.hls and request.overwrite:
        forget(Path(request.hls))
    elif request.hls and state is None:
        Path(request.hls, STATE).unlink(missing_ok=True)  # of another stream, or of one that has ended
    return state


@contextmanager
def open_outputs(request: LiveRequest, hearing: RecognitionConfig) -> Iterator[LiveOutputs]:
    """Every sink at work; however the block is left, each is closed. Raises `UsageError`, `OutputNotWritten`."""
    places = LiveOutputs()
    try:
        for name, target in request.targets:
            places.add(f"{name} {target}" if name in ("srt", "vtt", "jsonl") else name, load_sink(name, target))
        if request.hls:
            language = hearing.hints.language or next(iter(hearing.backend.traits.languages), None)
            places.hls = Hls(request.hls, language=language, held=request.hold > 0)
            places.add(f"hls {request.hls}", places.hls)
        if request.record:
            places.add(f"record {request.record}", _record(request.record, request, hearing))
        if request.serve:
            places.feed = _feed()
            places.add("feed", places.feed)
        if not places.telling.outlets:
            raise UsageError("nothing says where captions go: name a file with -o, a folder with --hls, or --serve")
        yield places
    finally:
        for outlet in places.telling.outlets:
            outlet.close(FAREWELL)


def serving(address: str | None, places: LiveOutputs, standing: Any, hold: float) -> Any:
    """The server as a context, nothing without an address. Raises `UsageError` where the address is taken."""
    if address is None or places.feed is None:
        return nullcontext()
    from captioner.live.server.app import ServerContent
    from captioner.live.server.server import Server

    return closing(Server(ServerContent(places.feed, standing, places.hls, hold), address))


def _feed() -> CaptionFeed:
    try:
        from captioner.live.server.feed import CaptionFeed
        from captioner.live.server.server import Server  # noqa: F401 - whether it can be loaded at all
    except ImportError as error:
        raise CaptionerError(NEEDS_SERVER) from error
    return CaptionFeed()


def _record(target: str, request: LiveRequest, hearing: RecognitionConfig) -> Sink:
    traits = hearing.backend.traits
    report = Report(
        request.source, 0.0, traits.name, traits.model, align=hearing.aligner.name if hearing.aligner else None
    )
    return Record(target, report, hearing.hints.language)
