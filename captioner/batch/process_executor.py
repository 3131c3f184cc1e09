"""Processes of this machine, for backends that compute here."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_any

from captioner.batch.batch_worker import BatchWorker, WorkerSettings, open_worker
from captioner.batch.executor import STALL_LIMIT, NextJob, StallWatch, WorkerLost
from captioner.batch.job import BatchJob, Outcome
from captioner.batch.shared_limit import shared
from captioner.budget import SpeechLimit
from captioner.errors import CaptionerError, UsageError

_SPAWN = multiprocessing.get_context("spawn")  # a fork of a process with threads, as torch starts them, may hang

_WAIT = 0.5
"""Seconds. A signal that arrives just before a wait is noticed when the wait ends."""

_END_WAIT = 5.0
"""Seconds that a worker gets to close its backend."""

MOST_FAILED_STARTS = 5
"""Workers in a row that may die before they have taken their job: the source is not to blame for that."""


class ProcessExecutor:
    """Processes that each open a backend of their own: one for each of `settings`."""

    def __init__(
        self,
        settings: Sequence[WorkerSettings],
        limit: SpeechLimit | None = None,
        gpus: Sequence[str] = (),
        stall_limit: float = STALL_LIMIT,
    ) -> None:
        """Each process sees one of `gpus`, in turn."""
        self._settings, self._limit, self._gpus, self._stall_limit = settings, limit, gpus, stall_limit

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        places: list[_WorkerProcess | None] = [None] * len(self._settings)
        failed_starts = 0
        with shared(self._limit) as limit:
            try:
                while True:
                    for place, settings in enumerate(self._settings):
                        worker = places[place]
                        if worker is not None and worker.job is not None:
                            continue
                        if (job := next_job()) is None:
                            break
                        if worker is None or not worker.is_alive():
                            places[place] = worker = _WorkerProcess(settings, limit, self._gpu(place))
                        worker.begin(job, StallWatch(self._stall_limit))
                    busy = [worker for worker in places if worker is not None and worker.job is not None]
                    if not busy:
                        return
                    ready = wait_for_any([worker.connection for worker in busy], timeout=_WAIT)
                    for worker in busy:
                        if worker.connection in ready or worker.stalled():
                            outcome = worker.outcome()
                            failed_starts = 0 if worker.has_started() else failed_starts + 1
                            if failed_starts == MOST_FAILED_STARTS:
                                raise UsageError(f"no worker process starts: {outcome.error}")
                            yield outcome
            finally:
                for worker in filter(None, places):
                    worker.end()

    def _gpu(self, place: int) -> str | None:
        return self._gpus[place % len(self._gpus)] if self._gpus else None


class _WorkerProcess:
    """One worker process and the job that it is doing."""

    def __init__(self, settings: WorkerSettings, limit: SpeechLimit | None, gpu: str | None) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self.job: BatchJob | None = None
        self._hung = False
        self._steps = _SPAWN.RawValue(ctypes.c_ulong, 0)
        self._process = _SPAWN.Process(target=_serve, args=(theirs, settings, limit, gpu, self._steps), daemon=True)
        with _interrupts_held():  # also while the process starts, Ctrl-C is for the driver alone
            self._process.start()
        theirs.close()  # so that reading ends when the process does

    def begin(self, job: BatchJob, watch: StallWatch) -> None:
        """Hand a job to the idle worker."""
        self.job, self._watch = job, watch
        with suppress(OSError):  # it has died, which reading from it will show
            self.connection.send(job)

    def has_started(self) -> bool:
        """Return whether the worker has ever taken a job."""
        return bool(self._steps.value)

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.is_alive()

    def stalled(self) -> bool:
        """Return whether the worker hangs; then it is killed."""
        self._hung = self._watch.stalled(self._steps.value)
        if self._hung:
            self._process.kill()
        return self._hung

    def outcome(self) -> Outcome:
        """Return the outcome of the job; that of a worker that died or hung is a `WorkerLost`."""
        job, self.job = self.job, None
        assert job is not None
        try:
            outcome: Outcome = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            reason = self._watch.reason if self._hung else _described(self._process.exitcode)
            return Outcome(job, error=WorkerLost(job.source, reason, by_source=self.has_started()))
        return outcome

    def end(self) -> None:
        """End an idle worker when it has closed its backend, and a busy one at once."""
        if self.job is None:
            with suppress(OSError):
                self.connection.send(None)
            self._process.join(_END_WAIT)
        self._process.kill()
        self._process.join()
        self.connection.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold SIGINT back for the length of the block; a process that starts in it inherits that. Not on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # would lift the mask when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _described(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return signal.Signals(-exit_code).name
    return f"exit code {exit_code}"


def _serve(
    connection: Connection[Outcome, BatchJob | None],
    settings: WorkerSettings,
    limit: SpeechLimit | None,
    gpu: str | None,
    steps: ctypes.c_ulong,
) -> None:
    """Do the jobs that arrive, until there are no more. The main function of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the driver decides
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # for the programs that this one starts
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    threading.Thread(target=_end_with_driver, daemon=True).start()

    def step() -> None:
        steps.value += 1

    worker: BatchWorker | None = None
    while (job := connection.recv()) is not None:
        step()
        try:
            worker = worker or open_worker(settings, limit)
            outcome = worker.run(job, step)
        except CaptionerError as error:
            outcome = Outcome(job, error=error)
        connection.send(outcome)
    if worker is not None:
        worker.close()


def _end_with_driver() -> None:
    """End this process, whatever it does, when the driver is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
