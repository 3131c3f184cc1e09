"""The actors of a batch on a Ray cluster: those that start, those that are idle and those that are busy.

A job goes only to an actor that is ready, so none waits for a machine that does not come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from captioner.batch.batch_worker import WorkerSettings
from captioner.batch.executor import StallWatch, WorkerLost
from captioner.batch.job import BatchJob, Outcome
from captioner.errors import UsageError

MOST_FAILED_STARTS = 10
"""Workers in a row that may end before they are ready."""

_WAIT = 0.5
"""Seconds. A signal that arrives just before a wait is noticed when the wait ends."""


class _Worker:
    """An actor, and the job that it is doing."""

    def __init__(self, actor: Any, place: int, watch: StallWatch) -> None:
        self.actor, self.place, self._watch = actor, place, watch
        self.started = actor.node.remote()
        self.node = ""
        self.job: BatchJob | None = None
        self.result: Any = None
        self._asked: Any = None
        self._steps = 0

    def begin(self, job: BatchJob, watch: StallWatch) -> None:
        """Hand a job to the idle worker."""
        self.job, self._watch, self._steps = job, watch, 0
        self.result, self._asked = self.actor.run.remote(job), None

    def stalled(self, ray: Any) -> bool:
        """Ask the worker how far it is, unless it has yet to answer, and return whether it hangs."""
        if self._asked is None:
            self._asked = self.actor.steps.remote()
        if ray.wait([self._asked], timeout=0)[0]:
            with suppress(ray.exceptions.RayError):  # it has died, which its result will show
                self._steps = ray.get(self._asked)
            self._asked = None
        return self._watch.stalled(self._steps)

    @property
    def reason(self) -> str:
        """What is wrong with a worker that hangs."""
        return self._watch.reason


class ActorPool:
    """The workers of a run: those that start, those that are idle and those that are busy."""

    def __init__(
        self,
        ray: Any,
        start: Callable[[WorkerSettings], Any],
        settings: Sequence[WorkerSettings],
        stall_limit: float,
    ) -> None:
        """`start` starts an actor with some settings; there is one for each of `settings`."""
        self._ray, self._start, self._settings, self._stall_limit = ray, start, settings, stall_limit
        self._starting: list[_Worker] = []
        self.idle: list[_Worker] = []
        self.busy: list[_Worker] = []
        self._failed_starts = 0
        self._looked = time.monotonic()

    def fill(self) -> bool:
        """Start the workers that are missing; returns whether any start."""
        taken = {worker.place for worker in [*self._starting, *self.idle, *self.busy]}
        for place, settings in enumerate(self._settings):
            if place not in taken:
                self._starting.append(_Worker(self._start(settings), place, StallWatch(self._stall_limit)))
        return bool(self._starting)

    def begin(self, job: BatchJob) -> None:
        """Hand a job to an idle worker."""
        worker = self.idle.pop()
        worker.begin(job, StallWatch(self._stall_limit))
        self.busy.append(worker)

    def wait(self) -> Iterator[Outcome]:
        """Wait for a moment, and yield the outcomes of the jobs that have ended."""
        awaited = [worker.started for worker in self._starting] + [worker.result for worker in self.busy]
        ended = self._ray.wait(awaited, num_returns=1, timeout=_WAIT)[0]
        for worker in [worker for worker in self._starting if worker.started in ended]:
            self._starting.remove(worker)
            self._note_start(worker)
        for worker in [worker for worker in self.busy if worker.result in ended]:
            yield self._outcome(worker)
        if time.monotonic() - self._looked > self._stall_limit / 20:
            self._looked = time.monotonic()
            for worker in [worker for worker in self.busy if worker.stalled(self._ray)]:
                yield self._lost(worker, worker.reason)

    def end(self) -> None:
        """End all workers."""
        for worker in [*self._starting, *self.idle, *self.busy]:
            with suppress(Exception):
                self._ray.kill(worker.actor)

    def _note_start(self, worker: _Worker) -> None:
        try:
            worker.node = self._ray.get(worker.started)
        except self._ray.exceptions.RayError as error:
            self._failed_starts += 1
            if self._failed_starts >= MOST_FAILED_STARTS:
                reason = str(error).strip().splitlines()[-1]  # that of Python, after its traceback
                raise UsageError(f"no worker starts on the Ray cluster: {reason}") from error
            return
        self._failed_starts = 0
        self.idle.append(worker)

    def _outcome(self, worker: _Worker) -> Outcome:
        job = worker.job
        assert job is not None
        try:
            outcome: Outcome = self._ray.get(worker.result)
        except self._ray.exceptions.RayError as error:  # the actor, its node or the connection to it died
            return self._lost(worker, _first_line(error))
        self.busy.remove(worker)
        self.idle.append(worker)
        return outcome

    def _lost(self, worker: _Worker, reason: str) -> Outcome:
        assert worker.job is not None
        self.busy.remove(worker)
        with suppress(Exception):
            self._ray.kill(worker.actor)
        alive = any(node["NodeID"] == worker.node and node["Alive"] for node in self._ray.nodes())
        reason = reason if alive else "its machine left the cluster"
        return Outcome(worker.job, error=WorkerLost(worker.job.source, reason, by_source=alive))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
