"""The contract of executors: they run workers somewhere, and hand jobs to those that are idle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from captioner.batch.job import BatchJob, Outcome
from captioner.errors import CaptionerError

NextJob = Callable[[], BatchJob | None]
"""Returns the next job, or None if there is none now. A job that comes back may lead to another one."""


class Executor(Protocol):
    """Runs jobs in several workers."""

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        """Yield the outcome of each job, in the order in which they end.

        Ends when `next_job` returns None and no worker is at work. A worker that dies is replaced, and its job comes
        back with a `WorkerLost`. Closing the iterator ends all workers.
        """
        ...


class WorkerLost(CaptionerError):
    """A worker process died in the middle of a job: killed, out of memory, or crashed in a library."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def _message(self) -> str:
        return f"{self.source}: its worker died ({self.reason})"
