"""Where the results of a journal are: in a file of this machine, or wherever else a program keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable


class JournalStore(Protocol):
    """Results by the key of their clip. `find` and `add` raise `JournalNotUsable`."""

    def find(self, key: bytes) -> str | None:
        """Return the stored result as JSON; None without one."""
        ...

    def add(self, key: bytes, source: str | None, answer: str) -> None:
        """Store a result of a source, in place of an earlier one. It is on the disk when this returns."""
        ...

    def close(self) -> None:
        """Close the file or the connection. Closing twice is allowed."""
        ...


@runtime_checkable
class JournalLocation(Protocol):
    """Opens the store of a journal. It can be pickled, so that each worker of a batch opens one."""

    def open_store(self, warn: Callable[[str], None]) -> JournalStore:
        """Return the store, which gives `warn` a message about what is damaged."""
        ...
