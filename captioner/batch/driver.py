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
"""A source whose workers died or hung so often is set aside."""

MOST_LOSSES = 10
"""A source whose workers were lost so often in a run is set aside, also if each time with their machine."""

NO_ROOM = frozenset(os.strerror(code).lower() for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS))
"""Reasons why no result of any source can be written."""


class SetAside(CaptionerError):
    """A source is not tried again, since the workers that tried it died or hung."""

    def __init__(self, source: str, attempts: int, reason: str) -> None:
        super().__init__(source, attempts, reason)
        self.source, self.attempts, self.reason = source, attempts, reason

    def _message(self) -> str:
        return f"{self.source}: set aside after {self.attempts} attempts, since workers died or hung ({self.reason})"


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
    attempts: dict[str, int] = {}  # of the sources that are running
    losses: dict[str, tuple[str, ...]] = {}
    failure: CaptionerError | None = None

    def next_job() -> BatchJob | None:
        if failure is not None or not queue:
            return None
        job = queue.popleft()
        attempts[job.source] = ledger.start(job.source)
        return job

    try:
        for outcome in executor.run(next_job):
            source, error = outcome.job.source, outcome.error
            attempt = attempts.pop(source)
            if _concerns_all(error):
                failure = failure or error
                ledger.wait(source, counted=False, cost=outcome.cost)
                continue
            if isinstance(error, WorkerLost):
                losses[source] = (*losses.get(source, ()), f"attempt {attempt}: a worker was lost ({error.reason})")
                if len(losses[source]) < MOST_LOSSES and (attempt < MOST_ATTEMPTS or not error.by_source):
                    ledger.wait(source, counted=error.by_source)
                    again = queue.append if error.by_source else queue.appendleft  # a long source should not come last
                    again(outcome.job)
                    continue
                outcome = replace(outcome, error=SetAside(source, attempt, error.reason))
            outcome = replace(outcome, warnings=(*losses.pop(source, ()), *outcome.warnings))
            ledger.finish(outcome)
            takeover.add(outcome)
            on_outcome(outcome)
    finally:
        for source in attempts:  # the run was interrupted
            ledger.wait(source, counted=False)
    return failure


def _concerns_all(error: CaptionerError | None) -> bool:
    """Return whether every other job would meet the same error."""
    return isinstance(error, BackendError) or (isinstance(error, OutputNotWritten) and error.reason in NO_ROOM)
