"""A limit of the speech that may be sent, shared by all workers of a batch.

It is counted in a small SQLite file of the driver's machine: unlike a lock in shared memory, the lock of a file is
released when the process that holds it is killed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from captioner.budget import SpeechLimit

BUSY = 30.0
"""Seconds to wait while another process counts, which takes less than a millisecond."""


class SharedSpeechLimit(SpeechLimit):
    """A limit that processes share through the file at `path`. It can be pickled."""

    def __init__(self, limit: SpeechLimit, path: Path) -> None:
        super().__init__(limit.seconds, limit.described)
        self._path = path
        with closing(self._connected()) as database:
            database.execute("CREATE TABLE IF NOT EXISTS spent (seconds REAL NOT NULL)")
            database.execute("INSERT INTO spent SELECT 0.0 WHERE NOT EXISTS (SELECT 1 FROM spent)")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    @property
    def spent(self) -> float:
        return float(self._rows("SELECT seconds FROM spent")[0][0])

    def take(self, seconds: float) -> bool:
        taken = "UPDATE spent SET seconds = seconds + ? WHERE seconds + ? <= ? RETURNING seconds"
        return bool(self._rows(taken, seconds, seconds, self.seconds))

    def _rows(self, statement: str, *values: float) -> list[tuple[float]]:
        with closing(self._connected()) as database:
            return database.execute(statement, values).fetchall()

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")  # the count of a run that is gone counts no more
        return database


@contextmanager
def shared(limit: SpeechLimit | None) -> Iterator[SharedSpeechLimit | None]:
    """Share a limit for the length of the block; None where there is none."""
    if limit is None:
        yield None
        return
    with TemporaryDirectory(prefix="captioner-limit-", ignore_cleanup_errors=True) as folder:
        yield SharedSpeechLimit(limit, Path(folder, "limit.sqlite"))
