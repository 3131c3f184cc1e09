"""A fair queue for work that only a few may do at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class QueueFull(Exception):
    """A request would wait, or has waited, longer than it may."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        """Seconds after which to try again."""


class WorkQueue:
    """Gives `slots` to requests. Clients take turns, however much each of them asks for."""

    def __init__(self, slots: int, longest_wait: float) -> None:
        self._free, self._longest_wait = slots, longest_wait
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        return sum(len(futures) for futures in self._waiting.values())

    @asynccontextmanager
    async def slot(self, client: str, longest_wait: float | None = None) -> AsyncIterator[None]:
        """Wait for a slot and hold it. `longest_wait` None is that of the queue; infinity waits as long as it takes.

        Raises `QueueFull`.
        """
        await self._take(client, self._longest_wait if longest_wait is None else longest_wait)
        try:
            yield
        finally:
            self._free += 1
            self._serve_next()

    async def _take(self, client: str, longest_wait: float) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        try:
            await asyncio.wait_for(asyncio.shield(turn), None if longest_wait == float("inf") else longest_wait)
        except (TimeoutError, asyncio.CancelledError) as error:
            self._leave(client, turn)
            if isinstance(error, TimeoutError):
                raise QueueFull(longest_wait) from None
            raise

    def _leave(self, client: str, turn: asyncio.Future[None]) -> None:
        """Give up a turn, which may just have come."""
        if turn.done():
            self._free += 1
            self._serve_next()
            return
        self._waiting[client].remove(turn)
        if not self._waiting[client]:
            del self._waiting[client]

    def _serve_next(self) -> None:
        """Give free slots to the clients in turn: who was served goes to the end."""
        while self._free and self._waiting:
            client = next(iter(self._waiting))
            futures = self._waiting.pop(client)
            self._free -= 1
            futures.popleft().set_result(None)
            if futures:
                self._waiting[client] = futures
