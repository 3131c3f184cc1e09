"""The documents that are open: in memory, with their logs, and with those who follow their changes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Lock

from captioner.editing.document import Document
from captioner.editing.edit_log import EditLog
from captioner.editing.log_store import LogEntry

MOST_OPEN = 32
"""Documents in memory. A film of two hours takes some 10 MB."""

IDLE = 60.0
"""Seconds without a request after which a document may be closed."""


class OpenDocument:
    """A document and those who follow it."""

    def __init__(self, log: EditLog) -> None:
        self.log = log
        self.used = time.monotonic()
        """When it was last asked for."""
        self._followers: set[asyncio.Event] = set()

    @property
    def is_idle(self) -> bool:
        """Whether it may be closed."""
        return not self._followers and time.monotonic() - self.used > IDLE

    def announce(self) -> None:
        """Wake all followers. Only the event loop may call this."""
        for event in self._followers:
            event.set()

    async def follow(self, after: int) -> AsyncIterator[LogEntry]:
        """Yield the entries after a revision: those that exist, and then each when it comes."""
        event = asyncio.Event()
        self._followers.add(event)
        try:
            while True:
                for entry in await asyncio.to_thread(self.log.since, after):
                    yield entry
                    after = entry.revision
                await event.wait()
                event.clear()
        finally:
            self._followers.discard(event)


class OpenDocuments:
    """Opens each document once. Any thread may use it."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, OpenDocument] = OrderedDict()
        self._lock = Lock()

    def get(self, path: Path, create: Callable[[], Document]) -> OpenDocument:
        """Return the document whose log is at `path`; `create` makes it when there is no log.

        Raises `DocumentNotSaved`, and what `create` raises.
        """
        with self._lock:
            if path in self._open and not path.exists():  # its job was deleted
                self._open.pop(path).log.close()
            if path not in self._open:
                self._open[path] = OpenDocument(EditLog(path, create))
            self._open.move_to_end(path)
            document = self._open[path]
            document.used = time.monotonic()
            self._close_idle()
            return document

    def close(self) -> None:
        """Close all documents."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].log.close()

    def _close_idle(self) -> None:
        idle = [path for path, document in self._open.items() if document.is_idle]
        for path in idle[: max(0, len(self._open) - MOST_OPEN)]:
            self._open.pop(path).log.close()
