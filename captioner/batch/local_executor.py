"""Executors of this machine: processes for backends that compute here, threads for those that wait for a service."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_any
from typing import Any

from captioner.batch.batch_worker import BatchWorker, WorkerSettings, open_worker
from captioner.batch.executor import NextJob, WorkerLost
from captioner.batch.job import BatchJob, Outcome
from captioner.budget import SpeechLimit
from captioner.errors import CaptionerError

_SPAWN = multiprocessing.get_context("spawn")  # a fork of a process with threads, as torch starts them, may hang

_END_WAIT = 5.0
"""Seconds that a worker gets to close its backend."""


_MEMORY_EACH = 1.5e9
"""Bytes that a worker with a local model needs: torch, silero and a small recogniser."""


def usual_processes() -> int:
    """Return how many workers this machine has cores and memory for, at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return cores
    return max(1, min(cores, int(memory / _MEMORY_EACH)))


class ThreadExecutor:
    """Threads that share one open backend, its rate limit and its connections."""

    def __init__(self, worker: BatchWorker, count: int) -> None:
        self._worker, self._count = worker, count

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        running: set[Future[Outcome]] = set()
        pool = ThreadPoolExecutor(self._count, "batch")
        try:
            while True:
                while len(running) < self._count and (job := next_job()) is not None:
                    running.add(pool.submit(self._worker.run, job))
                if not running:
                    return
                # A signal that arrives just before a wait is noticed when the wait ends.
                done, running = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            self._worker.stop()
            self._worker.close()
            pool.shutdown(wait=True, cancel_futures=True)


class SharedSpeechLimit(SpeechLimit):
    """A limit that processes share."""

    def __init__(self, limit: SpeechLimit) -> None:
        super().__init__(limit.seconds, limit.described)
        self._shared = _SPAWN.Value("d", 0.0)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    @property
    def spent(self) -> float:
        return float(self._shared.value)

    def take(self, seconds: float) -> bool:
        with self._shared.get_lock():
            if not self._shared.value + seconds <= self.seconds:
                return False
            self._shared.value += seconds
            return True


class ProcessExecutor:
    """Processes that each open a backend of their own."""

    def __init__(self, settings: WorkerSettings, count: int, limit: SpeechLimit | None = None) -> None:
        self._settings, self._count = settings, count
        self._limit = None if limit is None else SharedSpeechLimit(limit)

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        workers: list[_WorkerProcess] = []
        try:
            while True:
                for worker in (worker for worker in workers if worker.job is None):
                    if (job := next_job()) is None:
                        break
                    worker.begin(job)
                while len(workers) < self._count and (job := next_job()) is not None:
                    workers.append(_WorkerProcess(self._settings, self._limit))
                    workers[-1].begin(job)
                busy = [worker for worker in workers if worker.job is not None]
                if not busy:
                    return
                ready = wait_for_any([worker.connection for worker in busy], timeout=0.5)
                for worker in (worker for worker in busy if worker.connection in ready):
                    outcome = worker.outcome()
                    if isinstance(outcome.error, WorkerLost):
                        workers.remove(worker)
                    yield outcome
        finally:
            for worker in workers:
                worker.end()


class _WorkerProcess:
    """One worker process and the job that it is doing."""

    def __init__(self, settings: WorkerSettings, limit: SpeechLimit | None) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self.job: BatchJob | None = None
        self._process = _SPAWN.Process(target=_serve, args=(theirs, settings, limit), daemon=True)
        with _interrupts_held():  # also while the process starts, Ctrl-C is for the driver alone
            self._process.start()
        theirs.close()  # so that reading ends when the process does

    def begin(self, job: BatchJob) -> None:
        """Hand a job to the idle worker."""
        self.job = job
        with suppress(OSError):  # it has died, which reading from it will show
            self.connection.send(job)

    def outcome(self) -> Outcome:
        """Return the outcome of the job; that of a dead worker is a `WorkerLost`."""
        job, self.job = self.job, None
        assert job is not None
        try:
            outcome: Outcome = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            return Outcome(job, error=WorkerLost(job.source, _described(self._process.exitcode)))
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
    connection: Connection[Outcome, BatchJob | None], settings: WorkerSettings, limit: SpeechLimit | None
) -> None:
    """Do the jobs that arrive, until there are no more. The main function of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the driver decides
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # for the programs that this one starts
    threading.Thread(target=_end_with_driver, daemon=True).start()
    worker: BatchWorker | None = None
    while (job := connection.recv()) is not None:
        try:
            worker = worker or open_worker(settings, limit)
            outcome = worker.run(job)
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
