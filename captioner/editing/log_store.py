"""The file of a log: one SQLite database beside the other files of a job."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.editing.applying import AppliedOperation
from captioner.editing.cue_json import compact_json, cue_entry, cue_of, document_from, document_text
from captioner.editing.document import Document
from captioner.editing.operation_json import applied_entry, operation_of
from captioner.errors import DocumentNotSaved
from captioner.formats.transcript.json_object import JsonObject
from captioner.state_database import StateDatabase

_SCHEMA = """
CREATE TABLE IF NOT EXISTS snapshots (revision INTEGER PRIMARY KEY, document BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS batches (
    revision INTEGER PRIMARY KEY,
    client TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    base INTEGER NOT NULL,
    time REAL NOT NULL,
    applied BLOB NOT NULL,
    UNIQUE (client, sequence)
);
PRAGMA user_version = 1;
"""

_ENTRY = "SELECT revision, client, sequence, base, time, applied FROM batches"


@dataclass(frozen=True)
class LogEntry:
    """One revision: a batch and what it changed."""

    revision: int

    client: str
    """The id of the window or program that sent it."""

    sequence: int
    """Its number among the batches of the client."""

    base: int
    """The revision that the client knew."""

    time: float
    """When it was applied, in seconds since 1970."""

    applied: tuple[AppliedOperation, ...]
    """The operations and what each changed."""


class LogStore:
    """An open log file. Each method raises `DocumentNotSaved`."""

    def __init__(self, path: Path) -> None:
        self._database = StateDatabase(path, _SCHEMA, DocumentNotSaved)

    def newest_revision(self) -> int | None:
        """Return the newest revision; None for a new file."""
        statement = "SELECT max(revision) FROM (SELECT revision FROM batches UNION SELECT revision FROM snapshots)"
        ((newest,),) = self._database.execute(statement)
        return None if newest is None else int(newest)

    def begin(self, document: Document) -> None:
        """Write revision 0 into a new file."""
        with self._database.transaction() as database:
            database.execute("INSERT INTO snapshots VALUES (0, ?)", (_packed_document(document),))

    def append(self, entry: LogEntry, snapshot: Document | None) -> None:
        """Write an entry, and a snapshot of its revision if there is one. Both are on the disk when this returns."""
        packed = _packed([_entry_of(one) for one in entry.applied])
        values = entry.revision, entry.client, entry.sequence, entry.base, entry.time, packed
        with self._database.transaction() as database:
            database.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?)", values)
            if snapshot is not None:
                database.execute("INSERT INTO snapshots VALUES (?, ?)", (entry.revision, _packed_document(snapshot)))

    def entry_of(self, client: str, sequence: int) -> LogEntry | None:
        """Return the entry of a client's batch; None if it never came."""
        rows = self._database.execute(f"{_ENTRY} WHERE client = ? AND sequence = ?", client, sequence)
        return next(map(_read, rows), None)

    def entries(self, after: int, until: int) -> Iterator[LogEntry]:
        """Yield the entries after a revision, up to another one."""
        where = "WHERE revision > ? AND revision <= ? ORDER BY revision"
        yield from map(_read, self._database.execute(f"{_ENTRY} {where}", after, until))

    def snapshot_before(self, revision: int) -> tuple[int, Document]:
        """Return the last snapshot up to a revision, and its revision."""
        statement = "SELECT revision, document FROM snapshots WHERE revision <= ? ORDER BY revision DESC LIMIT 1"
        ((first, packed),) = self._database.execute(statement, revision)
        return first, document_from(zlib.decompress(packed).decode("ascii"))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _packed_document(document: Document) -> bytes:
    return zlib.compress(document_text(document).encode("ascii"), 1)


def _entry_of(applied: AppliedOperation) -> dict[str, Any]:
    return {**applied_entry(applied), "before": [cue_entry(cue) for cue in applied.before]}


def _packed(entries: list[dict[str, Any]]) -> bytes:
    return zlib.compress(compact_json(entries).encode("ascii"), 1)


def _read(row: tuple[int, str, int, int, float, bytes]) -> LogEntry:
    revision, client, sequence, base, time, packed = row
    entries = JsonObject({"applied": json.loads(zlib.decompress(packed))}).objects("applied")
    return LogEntry(revision, client, sequence, base, time, tuple(map(_applied_of, entries)))


def _applied_of(entry: JsonObject) -> AppliedOperation:
    return AppliedOperation(
        operation_of(entry),
        tuple(map(cue_of, entry.objects("before"))),
        tuple(map(cue_of, entry.objects("cues"))),
        tuple(map(operation_of, entry.objects("inverse"))),
    )
