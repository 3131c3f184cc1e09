"""A sink in a thread of its own, behind a queue that never grows without end."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from threading import Condition, Thread

from captioner.live.events import Caption, Event, StreamProgress
from captioner.live.sinks import Sink

MAX_QUEUED_EVENTS = 2000
"""Events. Beyond it the oldest are dropped: nobody waits for a server that has been down for an hour."""

FIRST_RETRY, LONGEST_RETRY = 0.5, 10.0
"""Seconds before a sink that failed is called again: doubled each time."""


class SinkWorker:
    """Hands events to a sink, in order, each until the sink took it.

    `dropped` counts the events that were given up, `trouble` is what the sink says while it fails.
    """

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self.dropped = 0
        self.error: str | None = None
        self._sink = sink
        self._max_age: float = getattr(sink, "stale", float("inf"))
        self._queue: deque[_QueuedEvent] = deque()
        self._changed = Condition()
        self._closing = False
        self._deadline = float("inf")
        self._thread = Thread(target=self._run, name=f"sink {name}", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        """Put an event in line; never waits."""
        with self._changed:
            if self._queue and _replaces(event, self._queue[-1].event):
                self._queue.pop()
            self._queue.append(_QueuedEvent(event, time.monotonic() + self._max_age))
            while len(self._queue) > MAX_QUEUED_EVENTS:
                self._drop()
            self._changed.notify()

    def close(self, seconds: float) -> None:
        """Let the sink take what waits, for so many seconds, and end it."""
        with self._changed:
            self._closing, self._deadline = True, time.monotonic() + seconds
            self._changed.notify()
        self._thread.join(seconds + 1.0)

    def _drop(self) -> None:
        """The oldest draft, else the oldest of all."""
        draft = next((given for given in self._queue if _is_partial(given.event)), None)
        self._queue.remove(draft or self._queue[0])
        self.dropped += 1

    def _run(self) -> None:
        while (given := self._next()) is not None:
            self._deliver(given)
        self.dropped += sum(isinstance(given.event, Caption) and given.event.is_final for given in self._queue)
        try:
            self._sink.close()
        except Exception as error:  # somebody else's code
            self.error = _message(error)

    def _next(self) -> _QueuedEvent | None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._queue) or self._closing)
            return self._queue.popleft() if self._queue and time.monotonic() < self._deadline else None

    def _deliver(self, given: _QueuedEvent) -> None:
        """Until the sink has taken it, or it is of no use any more."""
        pause = FIRST_RETRY
        while True:
            try:
                self._sink.handle(given.event)
                self.error = None
                return
            except Exception as error:  # whatever it is, the stream and the other sinks go on
                self.error = _message(error)
            with self._changed:
                left = min(given.until, self._deadline) - time.monotonic()
                if left <= 0 or _is_partial(given.event):
                    self.dropped += 1
                    return
                if self._closing:
                    self._changed.wait(min(FIRST_RETRY, left))
                else:
                    self._changed.wait_for(lambda: self._closing, min(pause, left))
            pause = min(2 * pause, LONGEST_RETRY)


@dataclass(frozen=True)
class _QueuedEvent:
    """An event, and the moment after which it is of no use."""

    event: Event
    until: float


def _is_partial(event: Event) -> bool:
    return isinstance(event, Caption) and not event.is_final


def _replaces(event: Event, before: Event) -> bool:
    """Whether nobody needs the event before, now that this one is here."""
    if isinstance(event, StreamProgress):
        return isinstance(before, StreamProgress)
    if not (isinstance(before, Caption) and isinstance(event, Caption)) or before.is_final or event.is_final:
        return False
    return event.region == before.region


def _message(error: Exception) -> str:
    return str(error) or type(error).__name__
