"""Sinks, which deliver captions to files and services, and their registry.

A sink is a class. Its constructor takes a target, such as a file or an address; `handle` gets every event in order;
`close` ends it. Built-in sinks are found by name (`BUILT_IN`), those of plug-ins by entry point (`captioner.sinks`).

    class Shouting:
        def __init__(self, target: str) -> None:
            self.target = target

        def handle(self, event: Event) -> None:
            if isinstance(event, Caption) and event.is_final:
                shout(self.target, event.text)

        def close(self) -> None: ...
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from captioner.errors import CaptionerError
from captioner.live.events import Event
from captioner.plugins import Plugins

BUILT_IN = {
    "srt": "captioner.live.sinks.growing_files:SrtFile",
    "vtt": "captioner.live.sinks.growing_files:VttFile",
    "jsonl": "captioner.live.sinks.growing_files:JsonLines",
    "hls": "captioner.live.sinks.hls_captions:HlsCaptions",
    "obs": "captioner.live.sinks.obs:Obs",
    "youtube": "captioner.live.sinks.http_push:YouTube",
    "zoom": "captioner.live.sinks.http_push:Zoom",
    "ovenmediaengine": "captioner.live.sinks.http_push:OvenMediaEngine",
}

SINKS = Plugins("sink", "captioner.sinks", BUILT_IN)


@runtime_checkable
class Sink(Protocol):
    """Delivers captions to one target. It runs in a thread of its own; an error in it stops no other sink.

    A class may also have `max_age: float`, the seconds after which an event that was not delivered is dropped.
    """

    def handle(self, event: Event) -> None:
        """Deliver an event, or ignore it.

        After any exception it is called again with the same event, unless that is a partial caption. So it must
        deliver all of an event or nothing, or track what it delivered.
        """
        ...

    def close(self) -> None:
        """End the sink: no event will follow."""
        ...


def load_sink(name: str, target: str) -> Sink:
    """Return the sink of that name for a target. Raises `UnknownName`, and the errors of its constructor."""
    try:
        sink = SINKS.load(name)(target)
    except (ImportError, AttributeError) as error:
        raise CaptionerError(f"sink {name}: its plug-in cannot be loaded: {error}") from error
    if not isinstance(sink, Sink):
        raise CaptionerError(f"sink {name}: its plug-in is not a sink: it needs handle() and close()")
    return sink
