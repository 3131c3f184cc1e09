"""The executor of a Ray cluster: an actor for each worker, which holds the model.

Ray starts a new actor where one or its node has died. captioner counts the attempts itself: the driver hands the job
out again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from captioner.batch.batch_worker import BatchWorker, WorkerSettings, open_worker
from captioner.batch.executor import NextJob, WorkerLost
from captioner.batch.job import BatchJob, Outcome
from captioner.budget import SpeechLimit
from captioner.errors import CaptionerError, NotInstalled, UsageError

OBJECT_STORE = 80 * 2**20
"""Bytes of a local Ray's object store. Jobs and outcomes are small; Ray's own choice is a third of the memory."""

_WAIT = 0.5  # seconds; a signal that arrives just before a wait is noticed when the wait ends


class RayExecutor:
    """Actors of the cluster at `address`; of a Ray on this machine without one."""

    def __init__(
        self,
        settings: WorkerSettings,
        count: int | None,
        address: str | None = None,
        limit: SpeechLimit | None = None,
        gpus: float = 0.0,
    ) -> None:
        """`count` is None for one actor for each core or share of a GPU. Raises `NotInstalled`, `UsageError`."""
        try:
            import ray
        except ImportError as error:
            raise NotInstalled("a Ray cluster", "captioner[ray]") from error
        self._ray, self._settings = ray, settings
        own: dict[str, Any] = {} if address else {"object_store_memory": OBJECT_STORE, "include_dashboard": False}
        try:
            ray.init(address, ignore_reinit_error=True, log_to_driver=False, logging_level=logging.ERROR, **own)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise UsageError(f"cannot reach the Ray cluster {address}: {error}") from error
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        fit = resources.get("GPU", 0) / gpus if gpus else resources.get("CPU", 1)
        self._count = count or max(1, int(fit))
        self._actor: Any = ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0)(_Actor)
        self._limit = None if limit is None else _limit_of_cluster(ray, limit)

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        ray = self._ray
        idle: list[Any] = []
        running: dict[Any, tuple[Any, BatchJob]] = {}
        try:
            while True:
                while len(running) < self._count and (job := next_job()) is not None:
                    actor = idle.pop() if idle else self._actor.remote(self._settings, self._limit)
                    running[actor.run.remote(job)] = actor, job
                if not running:
                    return
                done, _ = ray.wait(list(running), num_returns=1, timeout=_WAIT)
                for reference in done:
                    actor, job = running.pop(reference)
                    outcome = self._outcome(reference, job)
                    if not isinstance(outcome.error, WorkerLost):
                        idle.append(actor)
                    yield outcome
        finally:
            for actor in [*idle, *(actor for actor, _ in running.values())]:
                with suppress(Exception):
                    ray.kill(actor)

    def _outcome(self, reference: Any, job: BatchJob) -> Outcome:
        try:
            outcome: Outcome = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:  # the actor, its node or the connection to it died
            reason = str(error).strip().splitlines()[0].rstrip(".")
            return Outcome(job, error=WorkerLost(job.source, reason))
        return outcome


class _Actor:
    """A worker in an actor; its backend is opened at the first job."""

    def __init__(self, settings: WorkerSettings, limit: SpeechLimit | None) -> None:
        self._settings, self._limit = settings, limit
        self._worker: BatchWorker | None = None

    def run(self, job: BatchJob) -> Outcome:
        try:
            self._worker = self._worker or open_worker(self._settings, self._limit)
        except CaptionerError as error:
            return Outcome(job, error=error)
        return self._worker.run(job)


class _ClusterSpeechLimit(SpeechLimit):
    """A limit that an actor holds for the whole cluster."""

    def __init__(self, limit: SpeechLimit, holder: Any) -> None:
        super().__init__(limit.seconds, limit.described)
        self._holder = holder

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    @property
    def spent(self) -> float:
        import ray

        return float(ray.get(self._holder.spent_seconds.remote()))

    def take(self, seconds: float) -> bool:
        import ray

        return bool(ray.get(self._holder.take.remote(seconds)))


class _LimitHolder:
    """The actor that counts."""

    def __init__(self, seconds: float, described: str) -> None:
        self._limit = SpeechLimit(seconds, described)

    def take(self, seconds: float) -> bool:
        return self._limit.take(seconds)

    def spent_seconds(self) -> float:
        return self._limit.spent


def _limit_of_cluster(ray: Any, limit: SpeechLimit) -> SpeechLimit:
    holder = ray.remote(num_cpus=0)(_LimitHolder).remote(limit.seconds, limit.described)
    return _ClusterSpeechLimit(limit, holder)
