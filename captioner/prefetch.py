"""The next items made while those before them are used, in a thread of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")


@contextmanager
def prefetch(items: Iterable[Item], most: int) -> Iterator[Iterator[Item]]:
    """The same items, of which at most `most` wait to be used.

    What is raised while an item is made is raised when its turn comes. However the block is left, no further item is
    begun; the one that is being made is not waited for, so whatever it waits for itself should end with its source.
    """
    waiting: Queue[tuple[Item] | BaseException | None] = Queue(most)
    left = Event()
    Thread(target=_make, args=(items, waiting, left), name="ahead", daemon=True).start()
    try:
        yield _used(waiting)
    finally:
        left.set()
        _make_room(waiting)


def _make(items: Iterable[Item], waiting: Queue[tuple[Item] | BaseException | None], left: Event) -> None:
    last: BaseException | None = None
    try:
        for item in items:
            waiting.put((item,))
            if left.is_set():
                return
    except BaseException as error:  # it belongs to whoever uses the items
        last = error
    waiting.put(last)


def _used(waiting: Queue[tuple[Item] | BaseException | None]) -> Iterator[Item]:
    while isinstance(entry := waiting.get(), tuple):
        yield entry[0]
    if entry is not None:
        raise entry


def _make_room(waiting: Queue[tuple[Item] | BaseException | None]) -> None:
    """Let a thread that waits to put its item go on, to see that nobody wants it."""
    try:
        while True:
            waiting.get_nowait()
    except Empty:
        return
