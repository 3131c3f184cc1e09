"""Databases of state that one process writes: SQLite, synced with each change, never in WAL mode, which breaks on
network drives."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

BUSY = 30.0
"""Seconds to wait while another process reads or writes."""

Failure = Callable[[str, str], Exception]
"""Makes the error for the path of a database and a reason."""


class StateDatabase:
    """The database at `path`, which is created with `schema`, for its owner alone. All threads may use it.

    Every method raises the error that `failure` makes.
    """

    def __init__(self, path: Path, schema: str, failure: Failure) -> None:
        self._path, self._failure, self._lock = path, failure, RLock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            self._database = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = TRUNCATE")
            self._database.executescript(schema)
        except (sqlite3.Error, OSError) as error:
            raise failure(str(path), str(error)) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing of what the block changes."""
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                yield self._database
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise self._failure(str(self._path), str(error)) from error
            except BaseException:
                self._roll_back()
                raise

    def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Execute one statement; return its rows."""
        with self._lock:
            try:
                with closing(self._database.execute(statement, values)) as cursor:
                    return cursor.fetchall()
            except sqlite3.Error as error:
                raise self._failure(str(self._path), str(error)) from error

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._database.execute("ROLLBACK")


@contextmanager
def only_process(path: Path, taken: Exception, failure: Failure) -> Iterator[None]:
    """Hold the state at `path` against other processes for the length of the block. Raises `taken` if one has it.

    The lock is that of a database of its own, so it ends with its process, and the state can still be read.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = sqlite3.connect(path.with_suffix(".lock"), timeout=0, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError) as error:
        raise failure(str(path), str(error)) from error
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise failure(str(path), str(error)) from error
            raise taken from error
        yield
