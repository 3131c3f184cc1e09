"""The state of every source of all batches: one SQLite file in the folder of this user's state.

A row is a source and the folder of its results, both known by their absolute paths: so it does not matter where a run
begins, nor how much of an archive it was given. A run sees the rows whose results lie in its own folder or below.

Only drivers write it, one transaction for each change, and never in WAL mode, which breaks on network drives. It
holds no text of captions. Paths are stored as bytes, since a file name need not be UTF-8. A state that was written as
`running` by a driver that is gone counts as `waiting`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from captioner.batch.job import Figures, Outcome, ResultFile, State
from captioner.budget import NO_COST, Cost
from captioner.errors import CaptionerError
from captioner.redaction import without_url_secrets
from captioner.result_records import default_state_path
from captioner.state_database import StateDatabase

VERSION = 2

_FIGURES = [figure.name for figure in fields(Figures)]

_NOTHING = "[]"

_COLUMNS = (
    "source, shown, key, size, state, attempts, error, exit_code, results, seconds, warnings, cost, currency, "
    f"identity, folder, {', '.join(_FIGURES)}"
)

_IN_ROOT = "(?1 = x'' OR folder = ?1 OR (folder >= ?2 AND folder < ?3))"
"""Whether results lie in the folder of a run or below it."""

_ADDED_COST = "cost = cost + ?, currency = CASE WHEN ? = '' THEN currency ELSE ? END"

_UNCHANGED = "CASE WHEN key = excluded.key"

_PLACE = "folder = ? AND identity = ?"

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS sources (
    number INTEGER PRIMARY KEY, identity BLOB NOT NULL, folder BLOB NOT NULL, source BLOB NOT NULL, shown BLOB NOT NULL,
    key TEXT NOT NULL, size INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error BLOB,
    exit_code INTEGER NOT NULL DEFAULT 0, results TEXT NOT NULL DEFAULT '[]', seconds REAL NOT NULL DEFAULT 0,
    warnings TEXT NOT NULL DEFAULT '[]', cost REAL NOT NULL DEFAULT 0, currency TEXT NOT NULL DEFAULT '',
    {", ".join(f"{name} NOT NULL DEFAULT 0" if name != "language" else "language TEXT" for name in _FIGURES)},
    UNIQUE (folder, identity)
);
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
    """Its path or address as it was given."""

    key: str
    """A hash of what its results depend on: the file and the settings."""

    size: int
    """Bytes; -1 if that is not known."""

    identity: str = ""
    """By what the source is known; see `identity_of`."""

    folder: str = ""
    """The absolute path of the folder of its results, or its address."""

    shown: str = ""
    """That folder as it was given."""


@dataclass(frozen=True)
class Entry:
    """What the ledger holds of a source."""

    source: str
    """As it was given last, without secrets."""

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

    cost: Cost = NO_COST
    """What all its attempts have cost."""

    identity: str = ""
    folder: str = ""
    """As those of `Planned`."""


def ledger_path() -> Path:
    """Return the ledger of this user."""
    return default_state_path().parent / "batches" / "ledger.sqlite"


class Ledger:
    """The rows of the file at `path`, which is created, for results in the folder `root` or below; all where it is ``.

    Methods that take a source take it as it was planned. Every method raises `LedgerNotUsable`.
    """

    def __init__(self, path: Path, root: str = "") -> None:
        folder = os.fsencode(root)
        self._root = folder, folder + b"/", folder + b"0"  # `0` follows `/`
        self._places: dict[str, tuple[bytes, bytes]] = {}
        self._database = StateDatabase(path, _SCHEMA, LedgerNotUsable)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def plan(self, sources: Iterable[Planned]) -> None:
        """Add sources. One whose key has changed waits again, as one does that was running when its driver ended."""
        encoded = cache(os.fsencode)  # of folders, since many sources share one
        rows = []
        for planned in sources:
            place = encoded(planned.folder), os.fsencode(planned.identity or planned.source)
            self._places[planned.source] = place
            rows.append((*place, _stored_name(planned.source), encoded(planned.shown), planned.key, planned.size))
        with self._database.transaction() as database:
            database.execute(f"UPDATE sources SET state = 'waiting' WHERE state = 'running' AND {_IN_ROOT}", self._root)
            database.executemany(
                "INSERT INTO sources (folder, identity, source, shown, key, size, state) "
                "VALUES (?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (folder, identity) DO UPDATE SET "
                "source = excluded.source, shown = excluded.shown, key = excluded.key, size = excluded.size, "
                f"state = {_UNCHANGED} THEN state ELSE 'waiting' END, "
                f"attempts = {_UNCHANGED} THEN attempts ELSE 0 END, "
                f"error = {_UNCHANGED} THEN error END "
                "WHERE key != excluded.key OR source != excluded.source OR shown != excluded.shown",
                rows,
            )

    def adopt(self, entries: Iterable[Entry]) -> None:
        """Take over what another machine has finished, for the planned sources of which nothing is known here.

        One whose key differs still waits, but its results are known.
        """
        known = [(entry, self._places[entry.source]) for entry in entries if entry.source in self._places]
        rows = (
            (entry.key, entry.state, *_result_columns(entry), *astuple(entry.figures), *place) for entry, place in known
        )
        with self._database.transaction() as database:
            database.executemany(
                "UPDATE sources SET state = CASE WHEN key = ? THEN ? ELSE state END, results = ?, seconds = ?, "
                f"warnings = ?, {', '.join(f'{name} = ?' for name in _FIGURES)} "
                f"WHERE {_PLACE} AND state = 'waiting' AND attempts = 0 AND results = '{_NOTHING}'",
                rows,
            )

    def requeue(self, sources: Iterable[str]) -> None:
        """Let sources wait again, as if no worker had begun them."""
        with self._database.transaction() as database:
            database.executemany(
                f"UPDATE sources SET state = 'waiting', attempts = 0, error = NULL WHERE {_PLACE}",
                map(self._place, sources),
            )

    def start(self, source: str) -> int:
        """Note that a worker begins a source; returns how often that has happened."""
        rows = self._database.execute(
            f"UPDATE sources SET state = 'running', attempts = attempts + 1 WHERE {_PLACE} RETURNING attempts",
            *self._place(source),
        )
        attempts: int = rows[0][0]
        return attempts

    def finish(self, outcome: Outcome) -> None:
        """Store the outcome of a source. Its cost is added to that of earlier attempts."""
        error = None if outcome.error is None else os.fsencode(str(outcome.error))
        self._database.execute(
            "UPDATE sources SET state = ?, error = ?, exit_code = ?, results = ?, seconds = ?, warnings = ?, "
            f"{_ADDED_COST}, {', '.join(f'{name} = ?' for name in _FIGURES)} WHERE {_PLACE}",
            outcome.state,
            error,
            0 if outcome.error is None else outcome.error.exit_code,
            *_result_columns(outcome),
            *_cost_columns(outcome.cost),
            *astuple(outcome.figures),
            *self._place(outcome.job.source),
        )

    def wait(self, source: str, *, counted: bool, cost: Cost = NO_COST) -> None:
        """Let a source wait again; an attempt that is not `counted` was not its fault."""
        self._database.execute(
            f"UPDATE sources SET state = 'waiting', attempts = max(0, attempts - ?), {_ADDED_COST} WHERE {_PLACE}",
            int(not counted),
            *_cost_columns(cost),
            *self._place(source),
        )

    def skip(self, reasons: Mapping[str, str]) -> None:
        """Note that sources are left alone, and why each is."""
        with self._database.transaction() as database:
            database.executemany(
                f"UPDATE sources SET state = 'skipped', error = ? WHERE {_PLACE}",
                ((os.fsencode(reason), *self._place(source)) for source, reason in reasons.items()),
            )

    def entries(self) -> Iterator[Entry]:
        """Yield all sources, in the order in which they were first planned."""
        statement, decoded = f"SELECT {_COLUMNS} FROM sources WHERE {_IN_ROOT} ORDER BY number", cache(os.fsdecode)
        for row in self._database.execute(statement, *self._root):
            yield _entry(row, decoded)

    def planned_entries(self) -> Iterator[Entry]:
        """Yield the sources that were planned since this object was made."""
        places = set(self._places.values())
        for entry in self.entries():
            if (os.fsencode(entry.folder), os.fsencode(entry.identity)) in places:
                yield entry

    def counts(self) -> Mapping[State, int]:
        """Return the number of sources in each state."""
        return dict(
            self._database.execute(f"SELECT state, count(*) FROM sources WHERE {_IN_ROOT} GROUP BY state", *self._root)
        )

    def _place(self, source: str) -> tuple[bytes, bytes]:
        return self._places.get(source) or (b"", os.fsencode(source))


def _entry(row: tuple[Any, ...], decoded: Callable[[bytes], str]) -> Entry:
    source, shown, key, size, state, attempts, error, exit_code, results, seconds, warnings, *others = row
    cost, currency, identity, folder, *figures = others
    beginning = f"{decoded(shown)}/" if shown else ""
    return Entry(
        os.fsdecode(source),
        key,
        size,
        state,
        attempts,
        None if error is None else os.fsdecode(error),
        exit_code,
        () if results == _NOTHING else tuple(ResultFile(beginning + name, sha) for name, sha in json.loads(results)),
        seconds,
        () if warnings == _NOTHING else tuple(json.loads(warnings)),
        Figures(*figures),
        Cost(cost, currency) if currency else NO_COST,
        os.fsdecode(identity),
        decoded(folder),
    )


def _cost_columns(cost: Cost) -> tuple[float, str, str]:
    return cost.amount, cost.currency, cost.currency


def _stored_name(source: str) -> bytes:
    return os.fsencode(without_url_secrets(source) if "://" in source else source)


def _result_columns(finished: Outcome | Entry) -> tuple[str, float, str]:
    """Return the names of the results, which lie in the folder of the row, and the rest of what a worker says."""
    results = json.dumps([[result.path.rpartition("/")[2], result.sha256] for result in finished.results])
    return results, finished.seconds, json.dumps(finished.warnings)
