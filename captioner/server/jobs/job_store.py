"""All jobs of a server: a SQLite file, and a folder for each job with its files.

jobs/ID/media            the source, unless it is a file elsewhere on this machine
jobs/ID/transcript.json  what was recognised
jobs/ID/report.json      the result of each speech region
jobs/ID/captions.json    the cues
jobs/ID/video.*          the video that a burn or mux job makes
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from captioner.errors import CaptionerError, UsageError
from captioner.server.jobs.server_job import JobState, ServerJob, settings_from, settings_json
from captioner.state_database import StateDatabase, only_process

_COLUMNS = [field.name for field in fields(ServerJob)]

_FLAGS = ("has_media", "has_video")

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    {", ".join(f"{name}{' TEXT NOT NULL UNIQUE' if name == 'id' else ''}" for name in _COLUMNS)},
    request_key TEXT, request_hash TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_by_request ON jobs (client, request_key) WHERE request_key IS NOT NULL;
PRAGMA user_version = 1;
"""


class JobsNotUsable(CaptionerError):
    """The file of the jobs at `path` cannot be read or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def _message(self) -> str:
        return f"cannot use the jobs in {self.path}: {self.reason}"


class RequestKeyReused(Exception):
    """An idempotency key came with another request before."""


class JobStore:
    """The jobs below the folder `state`, which is created. Every method raises `JobsNotUsable`."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "jobs"
        self._path = state / "jobs.sqlite"
        self._database = StateDatabase(self._path, _SCHEMA, JobsNotUsable)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def only_server(self) -> AbstractContextManager[None]:
        """Hold the jobs against other servers for the length of the block. Raises `UsageError` where one has them."""
        taken = UsageError(f"another server uses {self._path.parent} now; end it, or use another folder with --state")
        return only_process(self._path, taken, JobsNotUsable)

    def folder(self, id: str) -> Path:
        """Return the folder of a job."""
        return self._folder / id

    def media_path(self, id: str) -> Path:
        """Return the source of a job."""
        job = self.get(id)
        return Path(job.local_path) if job and job.local_path else self.folder(id) / "media"

    def add(self, job: ServerJob, request_key: str | None = None, request_hash: str = "") -> ServerJob:
        """Add a job and return it; where its client has sent `request_key` before, the job of that request.

        Raises `RequestKeyReused` if that request had another hash.
        """
        row = _row(job)
        with self._database.transaction() as database:
            if request_key is not None and (known := self.of_request(job.client, request_key, request_hash)):
                return known
            database.execute(
                f"INSERT INTO jobs ({', '.join(row)}, request_key, request_hash) "
                f"VALUES ({', '.join('?' * (len(row) + 2))})",
                (*row.values(), request_key, request_hash),
            )
        return job

    def of_request(self, client: str, request_key: str, request_hash: str) -> ServerJob | None:
        """Return the job that a client's request with that key made; None if there is none.

        Raises `RequestKeyReused` if that request had another hash.
        """
        statement = "SELECT id, request_hash FROM jobs WHERE client = ? AND request_key = ?"
        for id, known_hash in self._database.execute(statement, client, request_key):
            if known_hash != request_hash:
                raise RequestKeyReused
            return self.get(id)
        return None

    def add_local(self, media: Path, **settings: Any) -> ServerJob:
        """Add a finished job whose source is a file of this machine, for editing; `settings` are fields of it."""
        job = ServerJob(name=media.name, client="local", local_path=str(media), has_media=True, **settings)
        self.folder(job.id).mkdir(mode=0o700, parents=True)
        return self.add(job)

    def get(self, id: str) -> ServerJob | None:
        """Return a job; None if there is none."""
        return next(self._select("WHERE id = ?", id), None)

    def list(self, client: str | None = None) -> Sequence[ServerJob]:
        """Return the jobs of a client, or all, newest first."""
        if client is None:
            return tuple(self._select("ORDER BY number DESC"))
        return tuple(self._select("WHERE client = ? ORDER BY number DESC", client))

    def unfinished(self) -> Sequence[ServerJob]:
        """Return the jobs that wait or run, oldest first."""
        return tuple(self._select("WHERE state IN ('waiting', 'running') ORDER BY number"))

    def count_unfinished(self, client: str) -> int:
        """Return how many jobs of a client wait or run."""
        rows = self._database.execute(
            "SELECT count(*) FROM jobs WHERE client = ? AND state IN ('waiting', 'running')", client
        )
        count: int = rows[0][0]
        return count

    def finished_before(self, time: float) -> Sequence[ServerJob]:
        """Return the jobs that ended before that Unix time."""
        return tuple(self._select("WHERE finished < ?", time))

    def counts(self) -> dict[JobState, int]:
        """Return the number of jobs in each state."""
        return dict(self._database.execute("SELECT state, count(*) FROM jobs GROUP BY state"))

    def change(self, id: str, **values: object) -> ServerJob | None:
        """Change fields of a job; return it, or None if it was deleted."""
        names = ", ".join(f"{name} = ?" for name in values)
        self._database.execute(f"UPDATE jobs SET {names} WHERE id = ?", *values.values(), id)
        return self.get(id)

    def delete(self, id: str) -> None:
        """Delete a job and its files."""
        self._database.execute("DELETE FROM jobs WHERE id = ?", id)
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder(id))

    def remove_strays(self) -> None:
        """Delete the folders of no job: of uploads that were cut off when a server was killed."""
        known = {id for (id,) in self._database.execute("SELECT id FROM jobs")}
        with suppress(FileNotFoundError):
            for folder in [each for each in self._folder.iterdir() if each.name not in known]:
                shutil.rmtree(folder, ignore_errors=True)

    def _select(self, condition: str, *values: object) -> Iterator[ServerJob]:
        for row in self._database.execute(f"SELECT {', '.join(_COLUMNS)} FROM jobs {condition}", *values):
            stored = dict(zip(_COLUMNS, row, strict=True))
            flags = {name: bool(stored[name]) for name in _FLAGS}
            yield ServerJob(**stored | flags | {"settings": settings_from(json.loads(stored["settings"]))})


def _row(job: ServerJob) -> dict[str, object]:
    stored = {name: getattr(job, name) for name in _COLUMNS}
    return stored | {"settings": json.dumps(settings_json(job.settings))}
