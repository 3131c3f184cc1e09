"""What those who follow a job get: the job as it changes, and cues as they are made. All in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from captioner.server.jobs.server_job import ServerJob, job_json
from captioner.values import Cue

MOST_QUEUED = 10_000
"""Events that may wait for one follower. A slower one is disconnected; it asks again and gets all from the start."""

JobEvent = tuple[str, Any]
"""The name of an event and its JSON."""


@dataclass
class JobFeed:
    """The newest state of a job that waits or runs, and its followers."""

    job: ServerJob

    cues: list[dict[str, Any]] = field(default_factory=list)
    """The provisional cues."""

    _followers: set[asyncio.Queue[JobEvent | None]] = field(default_factory=set)

    def change(self, job: ServerJob) -> None:
        """Tell the followers that the job has changed; after its last change their streams end."""
        self.job = job
        self._send(("job", job_json(job)))
        if job.is_finished:
            self.close()

    def add(self, cues: list[Cue]) -> None:
        """Give the followers more cues."""
        for cue in cues:
            entry = {"start": round(cue.start, 3), "end": round(cue.end, 3), "text": cue.text}
            self.cues.append(entry)
            self._send(("cue", entry))

    def close(self) -> None:
        """End the streams of all followers."""
        for follower in list(self._followers):
            follower.put_nowait(None)
        self._followers.clear()

    async def follow(self) -> AsyncIterator[JobEvent]:
        """Yield the job, the cues so far, and then what happens."""
        queue: asyncio.Queue[JobEvent | None] = asyncio.Queue()
        self._followers.add(queue)
        try:
            yield "job", job_json(self.job)
            for entry in list(self.cues):
                yield "cue", entry
            if self.job.is_finished and queue.empty():
                return
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._followers.discard(queue)

    def _send(self, event: JobEvent) -> None:
        for follower in list(self._followers):
            if follower.qsize() >= MOST_QUEUED:
                self._followers.discard(follower)
                follower.put_nowait(None)
            else:
                follower.put_nowait(event)
