"""Threads of this process that share one open backend, for backends that wait for a service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from captioner.batch.batch_worker import BatchWorker
from captioner.batch.executor import STALL_LIMIT, NextJob, StallWatch, WorkerLost
from captioner.batch.job import BatchJob, Outcome
from captioner.errors import CaptionerError

_WAIT = 0.5
"""Seconds. A signal that arrives just before a wait is noticed when the wait ends."""

_END_WAIT = 30.0
"""Seconds that a thread gets to notice that the run was stopped."""


class ThreadExecutor:
    """Threads that share one open backend, its rate limit and its connections."""

    def __init__(self, worker: BatchWorker, count: int, stall_limit: float = STALL_LIMIT) -> None:
        self._worker, self._count, self._stall_limit = worker, count, stall_limit

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        running: set[_JobThread] = set()
        ended: SimpleQueue[_JobThread] = SimpleQueue()
        try:
            while True:
                while len(running) < self._count and (job := next_job()) is not None:
                    running.add(_JobThread(self._worker, job, ended, StallWatch(self._stall_limit)))
                if not running:
                    return
                try:
                    over = [ended.get(timeout=_WAIT)]
                except Empty:
                    over = [thread for thread in running if thread.stalled()]
                for thread in running.intersection(over):  # one that was abandoned may end at last
                    running.remove(thread)
                    yield thread.outcome
        finally:
            self._worker.stop()
            self._worker.close()
            for thread in running:
                thread.join(_END_WAIT)


class Abandoned(CaptionerError):
    """A job made no progress for long and was given up; it ends at its next progress."""


class _JobThread:
    """A thread with its job. A hung thread cannot be ended: its job is given up, and it must not outlive the run."""

    def __init__(self, worker: BatchWorker, job: BatchJob, ended: SimpleQueue[_JobThread], watch: StallWatch) -> None:
        self.outcome = Outcome(job, error=WorkerLost(job.source, watch.reason))
        self._worker, self._job, self._ended, self._watch = worker, job, ended, watch
        self._steps, self._abandoned = 0, False
        self._thread = threading.Thread(target=self._work, name="batch", daemon=True)
        self._thread.start()

    def stalled(self) -> bool:
        """Return whether the thread hangs; then its job is given up."""
        self._abandoned = self._watch.stalled(self._steps)
        return self._abandoned

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread."""
        self._thread.join(seconds)

    def _work(self) -> None:
        outcome = self._worker.run(self._job, self._step)
        if not self._abandoned:
            self.outcome = outcome
        self._ended.put(self)

    def _step(self) -> None:
        if self._abandoned:
            raise Abandoned
        self._steps += 1
