"""The state of every source of a batch: a SQLite file in the folder of this user's state, one for each result folder.

Only the driver writes it, one transaction for each change, and never in WAL mode, which breaks on network drives. It
holds no text of captions. Paths are stored as bytes, since a file name need not be UTF-8. A state that was written as
`running` by a driver that is gone counts as `waiting`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from captioner.batch.job import Figures, Outcome, ResultFile, State
from captioner.errors import CaptionerError, UsageError
from captioner.result_records import default_state_path
from captioner.state_database import StateDatabase, only_process

VERSION = 1

_FIGURES = [field.name for field in fields(Figures)]

_NOTHING = "[]"

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS sources (
    number INTEGER PRIMARY KEY, source BLOB NOT NULL UNIQUE, key TEXT NOT NULL, size INTEGER NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error BLOB, exit_code INTEGER NOT NULL DEFAULT 0,
    results TEXT NOT NULL DEFAULT '[]', seconds REAL NOT NULL DEFAULT 0, warnings TEXT NOT NULL DEFAULT '[]',
    {", ".join(f"{name} NOT NULL DEFAULT 0" if name != "language" else "language TEXT" for name in _FIGURES)}
);
CREATE INDEX IF NOT EXISTS by_state ON sources (state, size DESC);
PRAGMA user_version = {VERSION};
"""


class LedgerNotUsable(CaptionerError):
    """The ledger at `path` cannot be read or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def _message(self) -> str:
        return f"cannot use the ledger {self.path}: {self.reason}"


@dataclass(frozen=True)
class Planned:
    """A source of this run, as the ledger keeps it."""

    source: str

    key: str
    """A hash of what its results depend on: the file and the settings."""

    size: int
    """Bytes; -1 if that is not known."""


@dataclass(frozen=True)
class Entry:
    """What the ledger holds of a source."""

    source: str
    key: str
    size: int
    state: State

    attempts: int
    """How often a worker has begun it."""

    error: str | None
    """Why it failed, or why it was skipped."""

    exit_code: int
    """The exit code of that error."""

    results: tuple[ResultFile, ...]

    seconds: float
    """Seconds that its worker took."""

    warnings: tuple[str, ...]

    figures: Figures


def ledger_path(directory: str) -> Path:
    """Return the ledger of the batches that write into `directory`."""
    name = hashlib.sha256(os.fsencode(os.path.realpath(directory))).hexdigest()[:32]
    return default_state_path().parent / "batches" / f"{name}.sqlite"


class Ledger:
    """The ledger in the file at `path`, which is created. Every method raises `LedgerNotUsable`."""

    def __init__(self, path: Path) -> None:
        self._database = StateDatabase(path, _SCHEMA, LedgerNotUsable)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def plan(self, sources: Iterable[Planned]) -> None:
        """Add sources. One whose key has changed waits again, as one does that was running when its driver ended."""
        rows = ((os.fsencode(planned.source), planned.key, planned.size) for planned in sources)
        with self._database.transaction() as database:
            database.execute("UPDATE sources SET state = 'waiting' WHERE state = 'running'")
            database.executemany(
                "INSERT INTO sources (source, key, size, state) VALUES (?, ?, ?, 'waiting') ON CONFLICT (source) DO "
                "UPDATE SET key = excluded.key, size = excluded.size, state = 'waiting', attempts = 0, error = NULL "
                "WHERE key != excluded.key",
                rows,
            )

    def adopt(self, entries: Iterable[Entry]) -> None:
        """Add the finished sources of another machine; those that are known here stay as they are."""
        rows = (
            (
                os.fsencode(entry.source),
                entry.key,
                entry.size,
                entry.state,
                *_result_columns(entry),
                *astuple(entry.figures),
            )
            for entry in entries
        )
        with self._database.transaction() as database:
            database.executemany(
                f"INSERT OR IGNORE INTO sources (source, key, size, state, results, seconds, warnings, "
                f"{', '.join(_FIGURES)}) VALUES ({', '.join('?' * (7 + len(_FIGURES)))})",
                rows,
            )

    def requeue(self, sources: Iterable[str]) -> None:
        """Let sources wait again, as if no worker had begun them."""
        with self._database.transaction() as database:
            database.executemany(
                "UPDATE sources SET state = 'waiting', attempts = 0, error = NULL WHERE source = ?",
                ((os.fsencode(source),) for source in sources),
            )

    def start(self, source: str) -> int:
        """Note that a worker begins a source; returns how often that has happened."""
        rows = self._database.execute(
            "UPDATE sources SET state = 'running', attempts = attempts + 1 WHERE source = ? RETURNING attempts",
            os.fsencode(source),
        )
        attempts: int = rows[0][0]
        return attempts

    def finish(self, outcome: Outcome) -> None:
        """Store the outcome of a source."""
        error = None if outcome.error is None else os.fsencode(str(outcome.error))
        self._database.execute(
            "UPDATE sources SET state = ?, error = ?, exit_code = ?, results = ?, seconds = ?, warnings = ?, "
            f"{', '.join(f'{name} = ?' for name in _FIGURES)} WHERE source = ?",
            outcome.state,
            error,
            0 if outcome.error is None else outcome.error.exit_code,
            *_result_columns(outcome),
            *astuple(outcome.figures),
            os.fsencode(outcome.job.source),
        )

    def wait(self, source: str, *, counted: bool) -> None:
        """Let a source wait again; an attempt that is not `counted` was not its fault."""
        self._database.execute(
            "UPDATE sources SET state = 'waiting', attempts = max(0, attempts - ?) WHERE source = ?",
            int(not counted),
            os.fsencode(source),
        )

    def skip(self, reasons: Mapping[str, str]) -> None:
        """Note that sources are left alone, and why each is."""
        with self._database.transaction() as database:
            database.executemany(
                "UPDATE sources SET state = 'skipped', error = ? WHERE source = ?",
                ((os.fsencode(reason), os.fsencode(source)) for source, reason in reasons.items()),
            )

    def entries(self) -> Iterator[Entry]:
        """Yield all sources, in the order in which they were first planned."""
        for row in self._database.execute(
            "SELECT source, key, size, state, attempts, error, exit_code, results, seconds, warnings, "
            f"{', '.join(_FIGURES)} FROM sources ORDER BY number"
        ):
            results = () if row[7] == _NOTHING else tuple(ResultFile(*pair) for pair in json.loads(row[7]))
            warnings = () if row[9] == _NOTHING else tuple(json.loads(row[9]))
            source, error = os.fsdecode(row[0]), None if row[5] is None else os.fsdecode(row[5])
            key, size, state, attempts = row[1:5]
            yield Entry(
                source, key, size, state, attempts, error, row[6], results, row[8], warnings, Figures(*row[10:])
            )

    def counts(self) -> Mapping[State, int]:
        """Return the number of sources in each state."""
        return dict(self._database.execute("SELECT state, count(*) FROM sources GROUP BY state"))


def _result_columns(finished: Outcome | Entry) -> tuple[str, float, str]:
    results = json.dumps([[result.path, result.sha256] for result in finished.results])
    return results, finished.seconds, json.dumps(finished.warnings)


@contextmanager
def only_driver(path: Path) -> Iterator[None]:
    """Hold the ledger at `path` against other drivers for the length of the block.

    Raises `UsageError` where there is one, and `LedgerNotUsable`.
    """
    taken = UsageError("another batch writes these results now; wait for it, or use another folder")
    with only_process(path, taken, LedgerNotUsable):
        yield
