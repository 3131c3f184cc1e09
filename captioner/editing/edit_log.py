"""The log of all operations on a document. Each batch is on the disk before it counts.

A batch is what one client sends at once. It is applied as a whole or not at all, and makes one revision. The document
of any revision is the last snapshot before it and the batches since.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

from captioner.editing.applying import AppliedOperation
from captioner.editing.document import Document
from captioner.editing.log_store import LogEntry, LogStore
from captioner.editing.operations import Operation, ReplaceCues
from captioner.editing.rebase import OthersChanges, rebase
from captioner.errors import EditConflict, EditRefused

SNAPSHOT_EVERY = 500
"""Changed cues between two snapshots; a batch counts as one at least."""

MOST_OPERATIONS = 10_000
"""Operations of a batch."""


@dataclass(frozen=True)
class Batch:
    """The operations that a client sends at once."""

    client: str
    """The id of the window or program that sends them."""

    sequence: int
    """Its number among the batches of the client. A batch that is sent again keeps it."""

    base: int
    """The revision up to which the client knows the changes of others."""

    operations: tuple[Operation, ...]


class EditLog:
    """The document at its newest revision, and its log in a file. Any thread may use it."""

    def __init__(self, path: Path, create: Callable[[], Document]) -> None:
        """Open the log at `path`; `create` makes the document of a new one. Raises `DocumentNotSaved`, and what
        `create` raises."""
        self._lock = RLock()
        self._changed = 0
        self._store = LogStore(path)
        try:
            self._state = self._loaded(create)
        except BaseException:
            self._store.close()
            raise

    @property
    def state(self) -> tuple[int, Document]:
        """The newest revision and its document. It never waits for another thread."""
        return self._state

    def commit(self, batch: Batch) -> LogEntry:
        """Apply a batch, or return the entry of the same batch that came before.

        It is on the disk when this returns. Raises `EditRefused`, `EditConflict` and `DocumentNotSaved`; then nothing
        has changed.
        """
        with self._lock:
            if known := self._store.entry_of(batch.client, batch.sequence):
                return known
            document, applied = self._rebased(batch)
            return self._append(batch, document, applied)

    def commit_computed(
        self, client: str, sequence: int, base: int, compute: Callable[[Document], Sequence[Operation]]
    ) -> LogEntry:
        """Apply operations that are computed from the newest document, which no other batch changes meanwhile.

        Raises what `commit` and `compute` raise.
        """
        with self._lock:
            operations = () if self.known(client, sequence) else tuple(compute(self._state[1]))
            return self.commit(Batch(client, sequence, base, operations))

    def known(self, client: str, sequence: int) -> LogEntry | None:
        """Return the entry of a batch that came before; None if it never came."""
        with self._lock:
            return self._store.entry_of(client, sequence)

    def since(self, revision: int) -> list[LogEntry]:
        """Return the entries after a revision, in order."""
        newest, _ = self.state
        return list(self._store.entries(revision, newest))  # takes a while, in which others may edit

    def at(self, revision: int) -> Document:
        """Return the document of a revision. Raises `EditRefused` if there is none."""
        with self._lock:
            newest, _ = self._state
            if not 0 <= revision <= newest:
                raise EditRefused(f"there is no revision {revision}; the newest is {newest}")
            return self._replayed(revision)

    def history(self) -> list[LogEntry]:
        """Return all entries, the newest first."""
        return self.since(0)[::-1]

    def restore(self, revision: int, client: str, sequence: int) -> LogEntry:
        """Bring back the cues of a revision, as a new one. Raises `EditRefused` and `DocumentNotSaved`."""
        with self._lock:
            old, (newest, now) = self.at(revision), self._state
            gone = tuple(cue.id for cue in now.cues if old.by_id.get(cue.id) != cue)
            back = tuple(cue for cue in old.cues if now.by_id.get(cue.id) != cue)
            operations = (ReplaceCues(gone, back),) if gone or back else ()
            return self.commit(Batch(client, sequence, newest, operations))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._store.close()

    def _rebased(self, batch: Batch) -> tuple[Document, tuple[AppliedOperation, ...]]:
        if len(batch.operations) > MOST_OPERATIONS:
            raise EditRefused(f"a batch has {MOST_OPERATIONS} operations at most, not {len(batch.operations)}")
        newest, now = self._state
        if not 0 <= batch.base <= newest:
            raise EditConflict(batch.base, newest)
        entries = self._store.entries(batch.base, newest)
        others = [one for entry in entries if entry.client != batch.client for one in entry.applied]
        document, applied, conflicts = rebase(now, batch.operations, OthersChanges.of(others))
        if conflicts:
            raise EditConflict(batch.base, newest, conflicts)
        return document, applied

    def _append(self, batch: Batch, document: Document, applied: tuple[AppliedOperation, ...]) -> LogEntry:
        revision = self._state[0] + 1
        entry = LogEntry(revision, batch.client, batch.sequence, batch.base, time.time(), applied)
        changed = self._changed + max(1, sum(len(one.cues) for one in applied))
        self._store.append(entry, document if changed >= SNAPSHOT_EVERY else None)
        self._changed = changed if changed < SNAPSHOT_EVERY else 0
        self._state = revision, document
        return entry

    def _loaded(self, create: Callable[[], Document]) -> tuple[int, Document]:
        newest = self._store.newest_revision()
        if newest is None:
            document = create()
            self._store.begin(document)
            return 0, document
        return newest, self._replayed(newest)

    def _replayed(self, revision: int) -> Document:
        first, document = self._store.snapshot_before(revision)
        for entry in self._store.entries(first, revision):
            for one in entry.applied:
                document = document.with_changes(one.removed, one.cues)
        return document
