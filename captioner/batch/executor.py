"""The contract of executors: they run workers somewhere, and hand jobs to those that are idle."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from captioner.batch.job import BatchJob, Outcome
from captioner.errors import CaptionerError

NextJob = Callable[[], BatchJob | None]
"""Returns the next job, or None if there is none now. A job that comes back may lead to another one."""

STALL_LIMIT = 1800.0
"""Seconds without a block of audio or a recognised region after which a worker counts as hung. A batch of windows of a
large model on a slow CPU takes some minutes, and a cloud backend gives a clip up after five."""


class Executor(Protocol):
    """Runs jobs in several workers."""

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        """Yield the outcome of each job, in the order in which they end.

        Ends when `next_job` returns None and no worker is at work. A worker that dies or hangs is replaced, and its job
        comes back with a `WorkerLost`. Closing the iterator ends all workers.
        """
        ...


class WorkerLost(CaptionerError):
    """A worker came to its end in the middle of a job: killed, out of memory, crashed in a library, or hung."""

    def __init__(self, source: str, reason: str, *, by_source: bool = True) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason
        self.by_source = by_source
        """Whether the source may have caused it; False where the whole machine was lost."""

    def _message(self) -> str:
        return f"{self.source}: its worker was lost ({self.reason})"


class StallWatch:
    """Tells whether a worker hangs, from a count that grows with its progress."""

    def __init__(self, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`limit` and `clock` are in seconds."""
        self._limit, self._clock = limit, clock
        self._count, self._since = -1, clock()

    def stalled(self, count: int) -> bool:
        """Return whether the count has been the same for longer than the limit."""
        if count != self._count:
            self._count, self._since = count, self._clock()
        return self._clock() - self._since > self._limit

    @property
    def reason(self) -> str:
        """What is wrong with a worker that hangs."""
        minutes = self._limit / 60
        return f"no audio and no text for {minutes:.0f} min" if minutes >= 1 else f"no progress for {self._limit:g} s"
