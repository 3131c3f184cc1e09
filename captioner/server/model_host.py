"""Holds the backend of the server: loads it when it is needed and unloads it when it has been idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager

from captioner.backends import Backend


class ModelHost:
    """Loads the backend by `open_backend` for the first user, and closes it `unload_after` seconds after the last."""

    def __init__(self, open_backend: Callable[[], AbstractContextManager[Backend]], unload_after: float | None) -> None:
        self._open_backend, self._unload_after = open_backend, unload_after
        self._backend: Backend | None = None
        self._opened = ExitStack()
        self._users = 0
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the backend is loaded."""
        return self._backend is not None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Backend]:
        """Return the backend for the time of the block. Raises what loading raises: `BackendError`, `UsageError`."""
        self._users += 1
        self._stop_timer()
        try:
            async with self._lock:
                if self._backend is None:
                    self._backend = await asyncio.to_thread(self._opened.enter_context, self._open_backend())
                backend = self._backend
            yield backend
        finally:
            self._users -= 1
            if not self._users and self._unload_after is not None:
                self._timer = asyncio.get_running_loop().call_later(self._unload_after, self._unload_if_idle)

    async def close(self) -> None:
        """Unload the backend."""
        self._stop_timer()
        async with self._lock:
            self._backend = None
            await asyncio.to_thread(self._opened.close)

    def _unload_if_idle(self) -> None:
        if not self._users:
            self._closing = asyncio.ensure_future(self.close())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
