"""A record of the results that were written, and of the speech that is lost in each: a small SQLite file.

It holds the path of a result, the SHA-256 of its bytes and a number, and no text of it. So a later run knows whether a
result has lost speech and whether somebody has edited it since. A result without a record counts as edited.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from captioner.stores import StoreNotUsable, is_store, read_object

BUSY = 30.0
"""Seconds to wait while another process writes; one write takes milliseconds."""

SCHEMA = "CREATE TABLE IF NOT EXISTS results (path BLOB PRIMARY KEY, sha256 BLOB NOT NULL, lost INTEGER NOT NULL)"


def default_state_path() -> Path:
    """Return `$CAPTIONER_STATE`, or else a file in the folder of the platform for the state of programs."""
    if named := os.environ.get("CAPTIONER_STATE"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME", ""))
        if not folder.is_absolute():  # the XDG base directory specification: ignore a relative path
            folder = Path.home() / ".local" / "state"
    return folder / "captioner" / "results.sqlite"


@dataclass(frozen=True)
class ResultRecord:
    """What is known of a result that was written."""

    lost: int
    """Speech regions that were lost when it was written."""

    edited: bool
    """Whether the file holds other bytes now."""


class ResultRecords:
    """The records in the file at `path`, which is created at the first one.

    Where the file cannot be used, `warn` gets one message, and results have no records.
    """

    def __init__(self, path: Path, warn: Callable[[str], None]) -> None:
        self._path, self._warn = path, warn
        self._usable = True

    def add(self, result: Path | str, data: bytes, lost: int) -> None:
        """Record that `data` is being written to `result`, a path or an address, in place of an earlier record."""
        row = (_key(result), hashlib.sha256(data).digest(), lost)
        self._execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", *row)

    def find(self, result: Path | str) -> ResultRecord | None:
        """Return the record of a result; None without one."""
        if not self._path.exists():
            return None
        for sha256, lost in self._execute("SELECT sha256, lost FROM results WHERE path = ?", _key(result)):
            return ResultRecord(lost, edited=_sha256_of(result) != sha256)
        return None

    def _execute(self, statement: str, *values: object) -> list[tuple[bytes, int]]:
        if not self._usable:
            return []
        try:
            self._create()
            with closing(sqlite3.connect(self._path, timeout=BUSY, isolation_level=None)) as connection:
                connection.execute(SCHEMA)
                return connection.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._usable = False
            reason = getattr(error, "strerror", None) or str(error)
            self._warn(f"cannot use the record of results {self._path}: {reason.lower()}")
            return []

    def _create(self) -> None:
        """Create the file for its owner alone. Raises `OSError` where something else has its name."""
        if self._path.exists():
            if not self._path.is_file():
                raise OSError("it is not a file")
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))


def _key(result: Path | str) -> bytes:
    return os.fsencode(result if is_store(str(result)) else os.path.realpath(result))


def _sha256_of(result: Path | str) -> bytes | None:
    if isinstance(result, str) and is_store(result):
        try:
            data = read_object(result)
        except StoreNotUsable:
            data = None
        return None if data is None else hashlib.sha256(data).digest()
    try:
        with Path(result).open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None
