"""Runs a sink in a thread of its own, with a bounded queue."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from threading import Condition, Thread

from captioner.live.events import Caption, Event, StreamProgress
from captioner.live.sinks import Sink

MAX_QUEUED_EVENTS = 2000
"""Events. The oldest beyond it are dropped: a server that was down for an hour does not need them any more."""

FIRST_RETRY, LONGEST_RETRY = 0.5, 10.0
"""Seconds before a sink that failed is called again: doubled each time."""


class SinkWorker:
    """Delivers events to a sink in order, and each again until the sink accepts it.

    `dropped` counts the events that were given up; `error` is the last error of a sink that fails at present.
    """

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self.dropped = 0
        self.error: str | None = None
        self._sink = sink
        self._max_age: float = getattr(sink, "max_age", float("inf"))
        self._queue: deque[_QueuedEvent] = deque()
        self._changed = Condition()
        self._closing = False
        self._deadline = float("inf")
        self._thread = Thread(target=self._run, name=f"sink {name}", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        """Queue an event; never waits."""
        with self._changed:
            if self._queue and _replaces(event, self._queue[-1].event):
                self._queue.pop()
            self._queue.append(_QueuedEvent(event, time.monotonic() + self._max_age))
            while len(self._queue) > MAX_QUEUED_EVENTS:
                self._drop()
            self._changed.notify()

    def close(self, seconds: float) -> None:
        """Deliver the waiting events, for at most `seconds`, and close the sink."""
        with self._changed:
            self._closing, self._deadline = True, time.monotonic() + seconds
            self._changed.notify()
        self._thread.join(seconds + 1.0)

    def _drop(self) -> None:
        """Drop the oldest partial caption, else the oldest event."""
        partial = next((queued for queued in self._queue if _is_partial(queued.event)), None)
        self._queue.remove(partial or self._queue[0])
        self.dropped += 1

    def _run(self) -> None:
        while (queued := self._next()) is not None:
            self._deliver(queued)
        self.dropped += sum(isinstance(left.event, Caption) and left.event.is_final for left in self._queue)
        try:
            self._sink.close()
        except Exception as error:  # a fault in a plug-in's sink
            self.error = _message(error)

    def _next(self) -> _QueuedEvent | None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._queue) or self._closing)
            return self._queue.popleft() if self._queue and time.monotonic() < self._deadline else None

    def _deliver(self, queued: _QueuedEvent) -> None:
        """Call the sink until it accepts the event, or the event is too old."""
        pause = FIRST_RETRY
        while True:
            try:
                self._sink.handle(queued.event)
                self.error = None
                return
            except Exception as error:  # any error: the stream and the other sinks go on
                self.error = _message(error)
            with self._changed:
                left = min(queued.until, self._deadline) - time.monotonic()
                if left <= 0 or _is_partial(queued.event):
                    self.dropped += 1
                    return
                if self._closing:
                    self._changed.wait(min(FIRST_RETRY, left))
                else:
                    self._changed.wait_for(lambda: self._closing, min(pause, left))
            pause = min(2 * pause, LONGEST_RETRY)


@dataclass(frozen=True)
class _QueuedEvent:
    """An event in the queue."""

    event: Event

    until: float
    """The time at which it is dropped, on the monotonic clock."""


def _is_partial(event: Event) -> bool:
    return isinstance(event, Caption) and not event.is_final


def _replaces(event: Event, before: Event) -> bool:
    """Return whether an event makes the one before it superfluous."""
    if isinstance(event, StreamProgress):
        return isinstance(before, StreamProgress)
    if not (isinstance(before, Caption) and isinstance(event, Caption)) or before.is_final or event.is_final:
        return False
    return event.region == before.region


def _message(error: Exception) -> str:
    return str(error) or type(error).__name__
