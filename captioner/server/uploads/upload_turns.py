"""One request at a time for each upload: a new request ends the one before, whose connection is probably dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class UploadTurns:
    """The requests that hold an upload."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, list[asyncio.Event]]] = {}

    @asynccontextmanager
    async def hold(self, id: str) -> AsyncIterator[asyncio.Event]:
        """Hold an upload; yields the event that says when another request wants it."""
        lock, events = self._locks.setdefault(id, (asyncio.Lock(), []))
        stop = asyncio.Event()
        for other in events:
            other.set()
        events.append(stop)
        try:
            async with lock:
                yield stop
        finally:
            events.remove(stop)
            if not events:
                self._locks.pop(id, None)
