"""Produces items ahead of their use, in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

_LONGEST_WAIT = 0.5  # seconds, after which a signal is noticed


@contextmanager
def prefetch(items: Iterable[Item], limit: int) -> Iterator[Iterator[Item]]:
    """Yield the same items, produced in a thread; at most `limit` of them wait to be used.

    An exception from `items` is raised when its turn comes. Leaving the block stops production after the current item
    and does not wait for it, so anything that `items` waits for should end with its source.
    """
    queue: Queue[tuple[Item] | BaseException | None] = Queue(limit)
    stopped = Event()
    Thread(target=_produce, args=(items, queue, stopped), name="prefetch", daemon=True).start()
    try:
        yield _consume(queue)
    finally:
        stopped.set()
        _empty(queue)


def _produce(items: Iterable[Item], queue: Queue[tuple[Item] | BaseException | None], stopped: Event) -> None:
    last: BaseException | None = None
    try:
        for item in items:
            queue.put((item,))
            if stopped.is_set():
                return
    except BaseException as error:  # raised again in the thread that uses the items
        last = error
    queue.put(last)


def _consume(queue: Queue[tuple[Item] | BaseException | None]) -> Iterator[Item]:
    while isinstance(entry := _next_entry(queue), tuple):
        yield entry[0]
    if entry is not None:
        raise entry


def _next_entry(queue: Queue[tuple[Item] | BaseException | None]) -> tuple[Item] | BaseException | None:
    """Wait for the next entry. Python does not handle a signal that arrives just before a wait until the wait ends."""
    while True:
        try:
            return queue.get(timeout=_LONGEST_WAIT)
        except Empty:
            continue


def _empty(queue: Queue[tuple[Item] | BaseException | None]) -> None:
    """Make room in the queue, so that a thread that waits to put an item goes on and sees that it is stopped."""
    try:
        while True:
            queue.get_nowait()
    except Empty:
        return
