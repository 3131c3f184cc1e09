"""The executor of a Ray cluster: an actor for each worker, which holds the model.

Ray does not restart the workers and repeats no job: captioner starts another worker, and the driver counts the attempts
and hands the job out again.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from captioner.batch.actor_pool import ActorPool
from captioner.batch.batch_worker import BatchWorker, WorkerSettings, open_worker
from captioner.batch.driver_actor import DriverFiles, DriverLinks, links_to, start_driver_actor
from captioner.batch.executor import STALL_LIMIT, NextJob
from captioner.batch.job import BatchJob, Outcome
from captioner.batch.shared_limit import shared
from captioner.budget import SpeechLimit
from captioner.errors import CaptionerError, NotInstalled, UsageError
from captioner.result_records import default_state_path

_log = logging.getLogger("captioner.batch")

OBJECT_STORE = 80 * 2**20
"""Bytes of a local Ray's object store. Jobs and outcomes are small; Ray's own choice is a third of the memory."""

ROOM_WAIT = 60.0
"""Seconds without a ready worker after which a message says that the cluster has no room."""


_SERVICE_VARIABLE = re.compile(r"(CAPTIONER|ZAI|ZHIPUAI|OPENAI)_\w*(KEY|URL)")
"""Environment variables with keys and addresses of services, which workers get from the driver."""


def connect(address: str | None) -> Any:
    """Return the module `ray`, connected to the cluster at `address`, or to a Ray of this machine without one.

    Raises `NotInstalled`, `UsageError`.
    """
    try:
        import ray
    except ImportError as error:
        raise NotInstalled("a Ray cluster", "captioner[ray]") from error
    own: dict[str, Any] = {} if address else {"object_store_memory": OBJECT_STORE, "include_dashboard": False}
    try:
        # "local": without an address, Ray would join a cluster that this machine happens to belong to.
        ray.init(address or "local", ignore_reinit_error=True, log_to_driver=False, logging_level=logging.ERROR, **own)
    except (ConnectionError, ValueError, RuntimeError) as error:
        place = f"reach the Ray cluster {address}" if address else "start Ray on this machine"
        raise UsageError(f"cannot {place}: {error}") from error
    return ray


class RayExecutor:
    """Actors of a Ray cluster: one for each of `settings`."""

    def __init__(
        self,
        ray: Any,
        settings: Sequence[WorkerSettings],
        limit: SpeechLimit | None = None,
        gpus: float = 0.0,
        stall_limit: float = STALL_LIMIT,
    ) -> None:
        """`ray` is what `connect` returned; `gpus` may be a part of one."""
        self._ray, self._settings, self._limit, self._stall_limit = ray, settings, limit, stall_limit
        # One call of an actor works on a job, and another one asks how far it is.
        self._actor = ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0, max_concurrency=2)(_WorkerActor)
        self._room = f"{gpus:g} GPU and 1 core" if gpus else "1 core"

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        with shared(self._limit) as limit:
            journal = self._settings[0].options.journal if self._settings else None
            files = DriverFiles(Path(journal) if isinstance(journal, str) else journal, default_state_path(), limit)
            driver = start_driver_actor(self._ray, files)
            start = partial(self._start, links_to(driver, files))
            pool = ActorPool(self._ray, start, self._settings, self._stall_limit)
            try:
                yield from self._outcomes(pool, next_job)
            finally:
                pool.end()
                self._ray.kill(driver)

    def _start(self, links: DriverLinks, settings: WorkerSettings) -> Any:
        settings = replace(settings, options=replace(settings.options, journal=links.journal))
        # Not as Ray's runtime environment, which its dashboard and its logs show.
        variables = {name: value for name, value in os.environ.items() if _SERVICE_VARIABLE.fullmatch(name)}
        return self._actor.remote(settings, links, str(Path.cwd()), variables)

    def _outcomes(self, pool: ActorPool, next_job: NextJob) -> Iterator[Outcome]:
        ready = time.monotonic()
        while True:
            while pool.idle and (job := next_job()) is not None:
                pool.begin(job)
            if pool.idle and not pool.busy:
                return
            if not pool.idle and not pool.fill() and not pool.busy:
                return
            yield from pool.wait()
            if pool.idle or pool.busy:
                ready = time.monotonic()
            elif time.monotonic() - ready > ROOM_WAIT:
                ready = time.monotonic()
                _log.warning("no machine of the Ray cluster has room for a worker (%s); waiting", self._room)


class _WorkerActor:
    """A worker in an actor; its backend is opened at the first job."""

    def __init__(self, settings: WorkerSettings, links: DriverLinks, folder: str, variables: Mapping[str, str]) -> None:
        """`folder` is the current one of the driver, and `variables` are those of its services."""
        os.environ.update(variables)
        self._settings, self._links = settings, links
        self._worker: BatchWorker | None = None
        self._steps = 0
        with suppress(OSError):  # then relative paths are not found, which their messages say
            os.chdir(folder)

    def node(self) -> str:
        """Return the machine of the worker, once the worker is ready."""
        import ray

        return str(ray.get_runtime_context().get_node_id())

    def steps(self) -> int:
        """Return a number that grows with the progress of the job."""
        return self._steps

    def run(self, job: BatchJob) -> Outcome:
        """Do a job."""
        try:
            self._worker = self._worker or open_worker(self._settings, self._links.limit, self._links.records)
        except CaptionerError as error:
            return Outcome(job, error=error)
        return self._worker.run(job, self._step)

    def _step(self) -> None:
        self._steps += 1
