"""A feed of captions for any number of viewers. A slow viewer does not slow the stream down."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress

from captioner.live.events import Caption, Event

HISTORY = 1000
"""Final captions that are kept for viewers who reconnect."""

MAX_QUEUED_CAPTIONS = 256
"""Captions that may wait for one viewer. A slower viewer is disconnected, and may reconnect for the rest."""


class CaptionFeed:
    """A sink whose viewers follow in the event loop that `open` was called in."""

    def __init__(self) -> None:
        self._history: deque[Caption] = deque(maxlen=HISTORY)
        self._viewers: set[asyncio.Queue[Caption | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def viewers(self) -> int:
        """Number of viewers."""
        return len(self._viewers)

    def open(self) -> None:
        """Serve viewers in the running event loop."""
        self._loop = asyncio.get_running_loop()

    def handle(self, event: Event) -> None:
        """Send a caption to every viewer."""
        if isinstance(event, Caption):
            self._in_loop(event)

    def close(self) -> None:
        """End the feed of every viewer."""
        self._in_loop(None)

    async def follow(self, after: int | None) -> AsyncIterator[Caption]:
        """Yield captions from now on.

        With `after`, first the final ones after that sequence number that are still kept.
        """
        queue: asyncio.Queue[Caption | None] = asyncio.Queue()
        missed = [caption for caption in self._history if after is not None and caption.seq > after]
        self._viewers.add(queue)
        try:
            for caption in missed:
                yield caption
            while (following := await queue.get()) is not None:
                yield following
        finally:
            self._viewers.discard(queue)

    def _in_loop(self, caption: Caption | None) -> None:
        if self._loop:
            with suppress(RuntimeError):  # the loop is closed: there are no viewers
                self._loop.call_soon_threadsafe(self._send_all, caption)

    def _send_all(self, caption: Caption | None) -> None:
        if caption and caption.is_final:
            self._history.append(caption)
        for viewer in list(self._viewers):
            if caption is None or viewer.qsize() >= MAX_QUEUED_CAPTIONS:
                self._viewers.discard(viewer)
                viewer.put_nowait(None)  # after the queued captions, so that none is missing after a reconnect
            else:
                viewer.put_nowait(caption)
