"""The journal's file: SQLite in WAL mode, one row a clip, for many processes at once.

Every statement is a transaction of its own and is on the disk when it returns. The file is readable by its owner only,
since it holds what people said; keys, prompts and hotwords are never in it, only the hash they went into.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from captioner.errors import JournalNotUsable

BUSY = 30.0
"""Seconds to wait while another process writes; one write takes milliseconds."""

VERSION = 1
"""Of the schema, kept in the file. A file of another version, or of another program, is left as it is and not used."""

SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS heard (key BLOB PRIMARY KEY, source TEXT, answer TEXT NOT NULL);
PRAGMA user_version = {VERSION};
COMMIT;
"""

HEADER = b"SQLite format 3\0"
"""What a database begins with. A damaged file that does not is somebody else's, and stays where it is."""

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

NO_JOURNAL = "it is no journal"

Warn = Callable[[str], None]

warn_in_log: Warn = logging.getLogger("captioner.journal").warning


def default_path() -> Path:
    """`$CAPTIONER_JOURNAL`, else a file in the user's cache folder, where each platform has it."""
    if named := os.environ.get("CAPTIONER_JOURNAL"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME", ""))
        if not folder.is_absolute():  # the XDG base directory specification: a relative one is to be ignored
            folder = Path.home() / ".cache"
    return folder / "captioner" / "journal.sqlite"


@dataclass(frozen=True)
class Summary:
    """What a journal holds: `size` on the disk in bytes, `rows` in all, and how many by the source they came from."""

    size: int = 0
    rows: int = 0
    sources: tuple[tuple[str | None, int], ...] = ()


def summary(path: Path, *, warn: Warn = warn_in_log) -> Summary:
    """What the journal at `path` holds; nothing where there is none. Raises `JournalNotUsable`."""
    if not path.exists():
        return Summary()
    with closing(Store(path, warn)) as store:
        sources = store.execute("SELECT source, count(*) FROM heard GROUP BY source ORDER BY source")
        size = sum(file.stat().st_size for file in _files(path) if file.exists())
    return Summary(size, sum(rows for _, rows in sources), tuple(sources))


def clear(path: Path, *, source: str | None = None, warn: Warn = warn_in_log) -> int:
    """Forget everything, or what came from `source`; returns the number of clips. Raises `JournalNotUsable`.

    What is forgotten is overwritten on the disk. With everything goes a damaged journal that was set aside.
    """
    forgotten = 0
    if path.exists():
        with closing(Store(path, warn)) as store:
            store.execute("PRAGMA secure_delete = ON")
            only, values = (" WHERE source = ?", (spelled(source),)) if source is not None else ("", ())
            forgotten = len(store.execute(f"DELETE FROM heard{only} RETURNING 1", *values))
            store.execute("VACUUM")
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if source is None:
        for file in _files(_aside(path)):
            file.unlink(missing_ok=True)
    return forgotten


def spelled(source: str) -> str:
    """A source as the journal names it: an address without its password and query, where keys stand.

    >>> spelled("https://me:secret@example.org/talk.mp4?token=abc")
    'https://example.org/talk.mp4'
    """
    if "://" in source:
        source = re.sub(r"://[^/?#]*@", "://", re.sub(r"[?#].*", "", source, flags=re.DOTALL))
    return source.encode(errors="backslashreplace").decode()  # a file name need not be text


class Store:
    """An open journal. It connects when it is first asked; SQLite's errors and the disk's become `JournalNotUsable`."""

    def __init__(self, path: Path, warn: Warn) -> None:
        self._path, self._warn = path, warn
        self._connection: sqlite3.Connection | None = None
        self._mended = False
        self._lock = Lock()

    def execute(self, statement: str, *values: object) -> list[Any]:
        """The rows of one statement, committed. A damaged file is set aside, once, and a new one begun."""
        with self._lock:
            try:
                try:
                    return self._run(statement, values)
                except sqlite3.DatabaseError as error:
                    if self._mended or not _is_damage(error):
                        raise
                    self._mend(error)
                    return self._run(statement, values)
            except (sqlite3.Error, OSError) as error:
                raise JournalNotUsable(str(self._path), str(error)) from error

    def close(self) -> None:
        with self._lock:
            self._disconnect()

    def _run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(self._path):
                self._connection = _connect(self._path)
        return self._connection.execute(statement, values).fetchall()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        self._mended = True
        self._disconnect()
        with _alone(self._path):
            if _is_whole(self._path):
                return  # another process was here first
            if not _was_a_database(self._path):
                raise JournalNotUsable(str(self._path), NO_JOURNAL)
            _move(self._path, _aside(self._path))
        kept = _aside(self._path).name
        self._warn(f"the journal {self._path} was damaged ({error}); it is kept as {kept} and a new one is begun")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Among all processes: by the lock of an empty database beside `path`, which no death can leave locked.

    SQLite finds a journal's companions by name. Whoever opens one must not meet those of another that takes its place.
    """
    beside = path.with_name(f"{path.name}.lock")
    with closing(sqlite3.connect(beside, timeout=BUSY, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    try:
        if path.stat().st_size == 0:
            path.chmod(0o600)  # before anything is in it; SQLite gives its companions the same mode
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA synchronous = FULL")  # an answer outlives a power cut too
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
    if version == tables == 0:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
    elif version != VERSION:
        reason = f"it is of version {version}, and this captioner reads version {VERSION}" if version else NO_JOURNAL
        raise JournalNotUsable(str(path), reason)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE  # the low byte is the kind, the rest its details


def _is_whole(path: Path) -> bool:
    try:
        with closing(_connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return False
        raise


def _was_a_database(path: Path) -> bool:
    """By its first bytes, of which some or all may be cut off."""
    with path.open("rb") as file:
        return HEADER.startswith(file.read(len(HEADER)))


def _move(path: Path, aside: Path) -> None:
    for file, beside in zip(_files(path), _files(aside), strict=True):
        beside.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            file.rename(beside)


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.corrupt")


def _files(path: Path) -> list[Path]:
    """A database and what SQLite keeps beside it, the database last: without it the others mean nothing."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "")]
