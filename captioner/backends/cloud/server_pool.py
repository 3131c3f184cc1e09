"""Several servers that do the same: each in its turn, one that fails set aside for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

ASIDE = 30.0
"""Seconds for which a server that failed is left alone."""


class ServerPool:
    """Base URLs for any number of threads. `clock` gives seconds."""

    def __init__(self, base_urls: Sequence[str], clock: Callable[[], float]) -> None:
        self._back_at = dict.fromkeys(base_urls, 0.0)  # in the order in which they are next
        self._clock = clock
        self._lock = Lock()

    def next(self) -> str:
        """Whose turn it is; when all are set aside, the one that comes back first."""
        with self._lock:
            now = self._clock()
            ready = (base_url for base_url, back_at in self._back_at.items() if back_at <= now)
            chosen = next(ready, None) or min(self._back_at, key=self._back_at.__getitem__)
            self._back_at[chosen] = self._back_at.pop(chosen)
            return chosen

    def failed(self, base_url: str) -> None:
        with self._lock:
            self._back_at[base_url] = self._clock() + ASIDE
