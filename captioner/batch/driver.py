"""Runs a batch: takes the sources that wait, hands them to an executor and records what comes back."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from captioner.batch.executor import Executor, WorkerLost
from captioner.batch.job import BatchJob, Outcome
from captioner.batch.ledger import Ledger
from captioner.batch.takeover import TakeoverFile
from captioner.errors import BackendError, CaptionerError, OutputNotWritten

MOST_ATTEMPTS = 3
"""A source whose workers died so often is set aside."""


NO_ROOM = frozenset(os.strerror(code).lower() for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS))
"""Reasons why no result of any source can be written."""


class SetAside(CaptionerError):
    """A source is not tried again, since each worker that tried it died."""

    def __init__(self, source: str, attempts: int, reason: str) -> None:
        super().__init__(source, attempts, reason)
        self.source, self.attempts, self.reason = source, attempts, reason

    def _message(self) -> str:
        return f"{self.source}: set aside, since {self.attempts} workers died of it, the last by {self.reason}"


def run_batch(
    jobs: Sequence[BatchJob],
    executor: Executor,
    ledger: Ledger,
    takeover: TakeoverFile,
    on_outcome: Callable[[Outcome], None],
) -> CaptionerError | None:
    """Run all jobs, in their order; returns the error that ended the run early, if one did.

    `on_outcome` gets each outcome that is final. After an error that every job would meet, of the whole backend or of a
    full disk, no further job begins; those that were running come to their end, since their speech is paid for, and the
    others wait for the next run.
    """
    queue = deque(jobs)
    attempts: dict[str, int] = {}
    failure: CaptionerError | None = None

    def next_job() -> BatchJob | None:
        if failure is not None or not queue:
            return None
        job = queue.popleft()
        attempts[job.source] = ledger.start(job.source)
        return job

    for outcome in executor.run(next_job):
        source, error = outcome.job.source, outcome.error
        if _concerns_all(error):
            failure = failure or error
            ledger.wait(source)
            continue
        if isinstance(error, WorkerLost):
            if attempts[source] < MOST_ATTEMPTS:
                ledger.wait(source)
                queue.append(outcome.job)
                continue
            outcome = replace(outcome, error=SetAside(source, attempts[source], error.reason))
        ledger.finish(outcome)
        takeover.add(outcome)
        on_outcome(outcome)
    return failure


def _concerns_all(error: CaptionerError | None) -> bool:
    """Return whether every other job would meet the same error."""
    return isinstance(error, BackendError) or (isinstance(error, OutputNotWritten) and error.reason in NO_ROOM)
