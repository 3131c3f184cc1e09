"""Several servers with the same model: a request goes to the one with the fewest; one that fails pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

PAUSE = 30.0
"""Seconds for which a server that failed gets no request."""


class ServerPool:
    """Base URLs for any number of threads. `clock` returns seconds."""

    def __init__(self, base_urls: Sequence[str], clock: Callable[[], float]) -> None:
        self._paused_until = dict.fromkeys(base_urls, 0.0)  # in the order of their next turns
        self._in_flight = dict.fromkeys(base_urls, 0)
        self._clock = clock
        self._lock = Lock()

    @contextmanager
    def request(self) -> Iterator[str]:
        """Yield the base URL for a request, which ends with the block.

        It is that of the server with the fewest requests, of several the one that was used longest ago: a server that
        is slow or busy with the requests of others gets fewer. If all are paused, it is the one whose pause ends first.
        """
        base_url = self._next()
        try:
            yield base_url
        finally:
            with self._lock:
                self._in_flight[base_url] -= 1

    def _next(self) -> str:
        with self._lock:
            now = self._clock()
            ready = (base_url for base_url, end in self._paused_until.items() if end <= now)
            chosen = min(ready, key=self._in_flight.__getitem__, default=None)
            chosen = chosen or min(self._paused_until, key=self._paused_until.__getitem__)
            self._paused_until[chosen] = self._paused_until.pop(chosen)
            self._in_flight[chosen] += 1
            return chosen

    def failed(self, base_url: str) -> None:
        """Pause a server."""
        with self._lock:
            self._paused_until[base_url] = self._clock() + PAUSE
