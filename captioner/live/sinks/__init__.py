"""Where captions go, any number of places at once; and the registry that finds them.

A sink is a class: its constructor takes a target (a file, an address), `take` is told every event in order, `close`
ends it. Ours are found by name (`BUILT_IN`), everybody else's by entry point (group `captioner.sinks`).

    class Shouting:
        def __init__(self, target: str) -> None:
            self.target = target

        def take(self, event: Event) -> None:
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
    "hls": "captioner.live.sinks.hls_captions:Hls",
    "obs": "captioner.live.sinks.obs:Obs",
    "youtube": "captioner.live.sinks.http_push:YouTube",
    "zoom": "captioner.live.sinks.http_push:Zoom",
    "ovenmediaengine": "captioner.live.sinks.http_push:OvenMediaEngine",
}

SINKS = Plugins("sink", "captioner.sinks", BUILT_IN)


@runtime_checkable
class Sink(Protocol):
    """Takes captions somewhere. Works in a thread of its own, and what goes wrong in it stops nobody else.

    A class may also say `stale: float`, the seconds after which a caption that was not taken is given up.
    """

    def handle(self, event: Event) -> None:
        """The next event; what it means nothing to is passed over.

        Whatever it raises, it is called with the same event again later, unless that is a draft: so it must have done
        all or nothing, or know what it did.
        """
        ...

    def close(self) -> None:
        """Nothing comes any more."""
        ...


def load_sink(name: str, target: str) -> Sink:
    """A sink, ready to take. Raises `UnknownName`, and what its constructor has against the target."""
    try:
        sink = SINKS.load(name)(target)
    except (ImportError, AttributeError) as error:
        raise CaptionerError(f"{name}: its plug-in cannot be loaded: {error}") from error
    if not isinstance(sink, Sink):
        raise CaptionerError(f"{name}: its plug-in is no sink: it needs take() and close()")
    return sink
