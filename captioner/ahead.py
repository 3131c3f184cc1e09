"""The next items made while those before them are used, in a thread of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

Item = TypeVar("Item")

_Line = SimpleQueue[tuple[Item] | BaseException | None]
"""Items that wait, each in a tuple; behind them what was raised while the next was made, or None for the end."""


@contextmanager
def ahead(items: Iterable[Item], most: int) -> Iterator[Iterator[Item]]:
    """The same items, of which at most `most` wait to be used.

    What is raised while an item is made is raised when its turn comes. However the block is left, no further item is
    begun, and who still waits for one sees the end. The item that is being made is not waited for, so whatever it waits
    for itself should end with its source.
    """
    line: _Line[Item] = SimpleQueue()
    room, left = Semaphore(most), Event()
    Thread(target=_make, args=(items, line, room, left), name="ahead", daemon=True).start()
    try:
        yield _used(line, room)
    finally:
        left.set()
        room.release()
        line.put(None)


def _make(items: Iterable[Item], line: _Line[Item], room: Semaphore, left: Event) -> None:
    last: BaseException | None = None
    try:
        for item in items:
            room.acquire()
            if left.is_set():
                break
            line.put((item,))
    except BaseException as error:  # it belongs to whoever uses the items
        last = error
    line.put(last)


def _used(line: _Line[Item], room: Semaphore) -> Iterator[Item]:
    while isinstance(entry := line.get(), tuple):
        room.release()
        yield entry[0]
    if entry is not None:
        raise entry
