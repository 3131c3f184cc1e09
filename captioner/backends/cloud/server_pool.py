"""Several servers with the same model, used in turn; one that fails pauses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

PAUSE = 30.0
"""Seconds for which a server that failed gets no request."""


class ServerPool:
    """Base URLs for any number of threads. `clock` returns seconds."""

    def __init__(self, base_urls: Sequence[str], clock: Callable[[], float]) -> None:
        self._paused_until = dict.fromkeys(base_urls, 0.0)  # in the order of their next turns
        self._clock = clock
        self._lock = Lock()

    def next(self) -> str:
        """Return the base URL for the next request; if all are paused, the one whose pause ends first."""
        with self._lock:
            now = self._clock()
            ready = (base_url for base_url, end in self._paused_until.items() if end <= now)
            chosen = next(ready, None) or min(self._paused_until, key=self._paused_until.__getitem__)
            self._paused_until[chosen] = self._paused_until.pop(chosen)
            return chosen

    def failed(self, base_url: str) -> None:
        """Pause a server."""
        with self._lock:
            self._paused_until[base_url] = self._clock() + PAUSE
