"""Holds the backend of the server: loads it when it is needed and unloads it when it has been idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager

from captioner.backends import Backend, Traits
from captioner.server.shared_backend import SharedBackend


class ModelHost:
    """Loads the backend by `open_backend` for the first user, and closes it `unload_after` seconds after the last."""

    def __init__(self, open_backend: Callable[[], AbstractContextManager[Backend]], unload_after: float | None) -> None:
        self._open_backend, self._unload_after = open_backend, unload_after
        self._backend: Backend | None = None
        self._opened = ExitStack()
        self._users = 0
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Future[None] | None = None
        self.traits: Traits | None = None
        """The traits of the backend that was loaded last; None before the first."""

    @property
    def is_loaded(self) -> bool:
        """Whether the backend is loaded."""
        return self._backend is not None

    def load(self) -> Traits:
        """Load the backend, before the event loop runs. Raises `BackendError`, `UsageError`."""
        if self._backend is None:
            backend = self._opened.enter_context(self._open_backend())
            # A backend in the cloud has its own limit of requests, and its calls need not wait for each other.
            self._backend = backend if backend.traits.remote else SharedBackend(backend)
        self.traits = self._backend.traits
        return self.traits

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Backend]:
        """Return the backend for the time of the block. Raises what loading raises: `BackendError`, `UsageError`."""
        self._users += 1
        self._stop_timer()
        try:
            async with self._lock:
                if self._backend is None:
                    await asyncio.to_thread(self.load)
                backend = self._backend
            assert backend is not None
            yield backend
        finally:
            self._users -= 1
            self.start_timer()

    def start_timer(self) -> None:
        """Unload the backend after the time for which it may be idle, unless it is used before."""
        self._stop_timer()
        if not self._users and self._unload_after is not None:
            self._timer = asyncio.get_running_loop().call_later(self._unload_after, self._unload_if_idle)

    async def close(self) -> None:
        """Unload the backend. All users must have gone."""
        self._stop_timer()
        async with self._lock:
            await self._unload()

    async def _unload(self) -> None:
        self._backend = None
        await asyncio.to_thread(self._opened.close)

    def _unload_if_idle(self) -> None:
        self._closing = asyncio.ensure_future(self._close_if_idle())

    async def _close_if_idle(self) -> None:
        async with self._lock:
            if not self._users:  # a user may have come while the lock was taken
                await self._unload()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
