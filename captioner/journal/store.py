"""The file of the journal: SQLite in WAL mode, one row for each clip, for many processes at once.

Every statement is a transaction of its own and is on the disk when it returns. Only the owner may read the file, since
it holds people's speech. API keys, prompts and hotwords are never in it, only the hash that covers them.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from threading import Lock
from typing import Any

from captioner.errors import JournalNotUsable

BUSY = 30.0
"""Seconds to wait while another process writes; one write takes milliseconds."""

VERSION = 1
"""The version of the schema, stored in the file. A file of another version or program is not used or changed."""

SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS heard (key BLOB PRIMARY KEY, source TEXT, answer TEXT NOT NULL);
PRAGMA user_version = {VERSION};
COMMIT;
"""
"""One row for each result: its `clip_key`, its source and the result as JSON. The names are those of version 1."""

HEADER = b"SQLite format 3\0"
"""The first bytes of a database. A damaged file with other bytes belongs to another program and is not moved."""

_HEAD = 64
"""Bytes at the start of a database, of which the last four hold the version of its schema."""

_ROWS = 1000
"""Rows of one statement, far below SQLite's limit of values."""

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

NO_JOURNAL = "it is not a journal"

Warn = Callable[[str], None]

warn_in_log: Warn = logging.getLogger("captioner.journal").warning


def default_path() -> Path:
    """Return `$CAPTIONER_JOURNAL`, or else a file in the user's cache folder of the platform.

    Raises `JournalNotUsable` where the user's home folder is not known.
    """
    try:
        return _default_path()
    except RuntimeError:
        reason = "the home folder is unknown; name the journal's file in CAPTIONER_JOURNAL, or use --no-journal"
        raise JournalNotUsable("in its usual place", reason) from None


def _default_path() -> Path:
    if named := os.environ.get("CAPTIONER_JOURNAL"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME", ""))
        if not folder.is_absolute():  # the XDG base directory specification: ignore a relative path
            folder = Path.home() / ".cache"
    return folder / "captioner" / "journal.sqlite"


@dataclass(frozen=True)
class Summary:
    """The size of a journal."""

    size: int = 0
    """Bytes on the disk."""
    rows: int = 0
    """Results in total."""
    sources: tuple[tuple[str | None, int], ...] = ()
    """(source, results) of each source; None for results without one."""


def summary(path: Path, *, warn: Warn = warn_in_log) -> Summary:
    """Return the size of the journal at `path`; empty if there is no file. Raises `JournalNotUsable`."""
    if not _exists(path):
        return Summary()
    with closing(Store(path, warn)) as store:
        sources = store.execute("SELECT source, count(*) FROM heard GROUP BY source ORDER BY source")
        size = sum(file.stat().st_size for file in _files(path) if file.exists())
    return Summary(size, sum(rows for _, rows in sources), tuple(sources))


def clear(path: Path, *, source: str | None = None, warn: Warn = warn_in_log) -> int:
    """Delete all results, or those of `source`, and return their number. Raises `JournalNotUsable`.

    Deleted results are overwritten on the disk. Deleting all results also deletes a damaged journal that was set aside.
    """
    deleted = 0
    if _exists(path):
        with closing(Store(path, warn)) as store:
            store.execute("PRAGMA secure_delete = ON")
            condition, values = (" WHERE source = ?", (source_name(source),)) if source is not None else ("", ())
            deleted = len(store.execute(f"DELETE FROM heard{condition} RETURNING 1", *values))
            store.execute("VACUUM")
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if source is None:
        for file in _files(_corrupt_path(path)):
            file.unlink(missing_ok=True)
    return deleted


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # such as a name that is too long
        raise JournalNotUsable(str(path), error.strerror or str(error)) from error


def source_name(source: str) -> str:
    """Return the name of a source in the journal: a URL without its password and query, which may hold keys.

    >>> source_name("https://me:secret@example.org/talk.mp4?token=abc")
    'https://example.org/talk.mp4'
    """
    if "://" in source:
        source = re.sub(r"://[^/?#]*@", "://", re.sub(r"[?#].*", "", source, flags=re.DOTALL))
    return source.encode(errors="backslashreplace").decode()  # a file name may have bytes that are not text


class Store:
    """A journal file. It is opened at the first statement; errors of SQLite and the disk become `JournalNotUsable`."""

    def __init__(self, path: Path, warn: Warn) -> None:
        self._path, self._warn = path, warn
        self._connection: sqlite3.Connection | None = None
        self._repaired = False
        self._lock = Lock()

    def find(self, key: bytes) -> str | None:
        """Return the stored result as JSON; None without one."""
        rows = self.execute("SELECT answer FROM heard WHERE key = ?", key)
        return rows[0][0] if rows else None

    def add(self, key: bytes, source: str | None, answer: str) -> None:
        """Store a result of a source, in place of an earlier one."""
        self.execute("INSERT OR REPLACE INTO heard VALUES (?, ?, ?)", key, source, answer)

    def add_missing(self, rows: Iterable[tuple[bytes, str | None, str]]) -> None:
        """Store results, as `add`, of which none is here yet."""
        rows = iter(rows)
        while some := tuple(islice(rows, _ROWS)):
            places = ", ".join(["(?, ?, ?)"] * len(some))
            self.execute(f"INSERT OR IGNORE INTO heard VALUES {places}", *chain.from_iterable(some))

    def execute(self, statement: str, *values: object) -> list[Any]:
        """Return the rows of one statement, committed. A damaged file is set aside, once, and a new one is created."""
        with self._lock:
            try:
                try:
                    return self._run(statement, values)
                except sqlite3.DatabaseError as error:
                    if self._repaired or not _is_damage(error):
                        raise
                    self._set_aside(error)
                    return self._run(statement, values)
            except (sqlite3.Error, OSError) as error:
                raise JournalNotUsable(str(self._path), str(error)) from error

    def close(self) -> None:
        with self._lock:
            self._disconnect()

    def _run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_foreign(self._path)
            with _exclusive(self._path):
                self._connection = _connect(self._path)
        return self._connection.execute(statement, values).fetchall()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        self._repaired = True
        self._disconnect()
        with _exclusive(self._path):
            if _is_intact(self._path):
                return  # another process has replaced it
            if not _was_a_database(self._path):
                raise JournalNotUsable(str(self._path), NO_JOURNAL)
            _move(self._path, _corrupt_path(self._path))
        name = _corrupt_path(self._path).name
        self._warn(f"the journal {self._path} was damaged ({error}); it was renamed to {name} and a new one created")


def _refuse_foreign(path: Path) -> None:
    """Raises `JournalNotUsable` for a folder, a device, and a file of another program, before anything is changed."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        raise JournalNotUsable(str(path), "it is a folder; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise JournalNotUsable(str(path), "it is not a regular file")
    if _lock_path(path).exists():  # made with our journal, which may be damaged, or whose version may be in its WAL yet
        return
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not HEADER.startswith(head[: len(HEADER)]):
        raise JournalNotUsable(str(path), NO_JOURNAL)
    if len(head) == _HEAD:
        _check_version(path, int.from_bytes(head[-4:], "big"))


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold the lock of an empty database beside `path`; the lock of a process that dies is released.

    SQLite finds the companion files of a database by name. A process that opens a journal must not find those of
    another file that is taking its place.
    """
    with closing(sqlite3.connect(_lock_path(path), timeout=BUSY, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _connect(path: Path) -> sqlite3.Connection:
    with suppress(FileExistsError):  # SQLite gives its companion files the same mode
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA synchronous = FULL")  # a result survives a power cut too
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
    if version == tables == 0:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
    else:
        _check_version(path, version)


def _check_version(path: Path, version: int) -> None:
    if version != VERSION:
        reason = f"its version is {version}, and this captioner reads version {VERSION}" if version else NO_JOURNAL
        raise JournalNotUsable(str(path), reason)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return (
        getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE
    )  # the low byte is the kind of error, the rest are details


def _is_intact(path: Path) -> bool:
    try:
        with closing(_connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return False
        raise


def _was_a_database(path: Path) -> bool:
    """Return whether the first bytes are those of a database; some or all may be missing."""
    with path.open("rb") as file:
        return HEADER.startswith(file.read(len(HEADER)))


def _move(path: Path, target: Path) -> None:
    for file, new_name in zip(_files(path), _files(target), strict=True):
        new_name.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            file.rename(new_name)


def _corrupt_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.corrupt")


def _files(path: Path) -> list[Path]:
    """Return a database and its companion files, the database last: without it the others are useless."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "")]
