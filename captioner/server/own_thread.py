"""Runs long work in a thread of its own, so that the event loop's few threads stay free for short work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Thread
from typing import TypeVar

Result = TypeVar("Result")


async def run_in_own_thread(work: Callable[[Event], Result]) -> Result:
    """Return `work(stopped)`, called in a thread of its own. Raises what it raises.

    When the caller is cancelled, `stopped` is set, and the cancellation waits until the thread has ended. So nothing
    that the work uses is taken away under it.
    """
    stopped, future = Event(), Future[Result]()

    def run() -> None:
        try:
            future.set_result(work(stopped))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name="server work", daemon=True).start()
    ended = asyncio.wrap_future(future)
    cancelled: asyncio.CancelledError | None = None
    while not ended.done():
        try:
            await asyncio.wait((ended,))
        except asyncio.CancelledError as error:
            stopped.set()
            cancelled = error
    if cancelled is not None:
        ended.exception()  # else asyncio reports an error that is never retrieved
        raise cancelled
    return ended.result()
