"""The driver accounts for every job, whatever its executor brings back."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from captioner.batch.driver import MOST_ATTEMPTS, MOST_LOSSES, run_batch
from captioner.batch.executor import NextJob, WorkerLost
from captioner.batch.job import BatchJob, Outcome, ResultPattern, State
from captioner.batch.ledger import Ledger, Planned
from captioner.batch.takeover import TakeoverFile
from captioner.errors import BackendError, CaptionerError, MediaNotReadable, OutputNotWritten


class OneByOne:
    """An executor without workers: `fault` says what goes wrong with a source at its nth attempt."""

    def __init__(self, fault: Callable[[str, int], CaptionerError | None]) -> None:
        self._fault = fault
        self.attempts: dict[str, int] = {}

    def run(self, next_job: NextJob) -> Iterator[Outcome]:
        while (job := next_job()) is not None:
            self.attempts[job.source] = self.attempts.get(job.source, 0) + 1
            yield Outcome(job, error=self._fault(job.source, self.attempts[job.source]))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.plan(Planned(name, "k", 1) for name in "abc")
    yield ledger
    ledger.close()


def run(ledger: Ledger, executor: OneByOne, folder: Path) -> tuple[CaptionerError | None, dict[str, State]]:
    jobs = [BatchJob(name, ResultPattern(str(folder), name)) for name in "abc"]
    seen: list[Outcome] = []
    failure = run_batch(jobs, executor, ledger, TakeoverFile(str(folder), dict.fromkeys("abc", "k")), seen.append)
    states = {entry.source: entry.state for entry in ledger.entries()}
    assert {outcome.job.source for outcome in seen} == {name for name, state in states.items() if state != "waiting"}
    return failure, states


def test_a_source_that_fails_stops_no_other(ledger: Ledger, tmp_path: Path) -> None:
    executor = OneByOne(lambda source, _: MediaNotReadable(source, "is not media") if source == "b" else None)
    assert run(ledger, executor, tmp_path) == (None, {"a": "done", "b": "failed", "c": "done"})


def test_a_worker_that_dies_is_forgiven_twice(ledger: Ledger, tmp_path: Path) -> None:
    executor = OneByOne(
        lambda source, n: WorkerLost(source, "SIGKILL") if source == "b" and n < MOST_ATTEMPTS else None
    )
    assert run(ledger, executor, tmp_path) == (None, {"a": "done", "b": "done", "c": "done"})
    assert executor.attempts["b"] == MOST_ATTEMPTS


def test_a_source_that_kills_its_workers_is_set_aside(ledger: Ledger, tmp_path: Path) -> None:
    executor = OneByOne(lambda source, _: WorkerLost(source, "SIGSEGV") if source == "b" else None)
    assert run(ledger, executor, tmp_path) == (None, {"a": "done", "b": "failed", "c": "done"})
    assert executor.attempts["b"] == MOST_ATTEMPTS
    [entry] = [entry for entry in ledger.entries() if entry.source == "b"]
    assert entry.error == "b: set aside after 3 attempts, since workers died or hung (SIGSEGV)"


def test_a_lost_machine_is_not_the_fault_of_the_source(ledger: Ledger, tmp_path: Path) -> None:
    lost = WorkerLost("b", "its machine left the cluster", by_source=False)
    executor = OneByOne(lambda source, n: lost if source == "b" and n < 6 else None)
    assert run(ledger, executor, tmp_path) == (None, {"a": "done", "b": "done", "c": "done"})
    [entry] = [entry for entry in ledger.entries() if entry.source == "b"]
    assert entry.attempts == 1
    assert entry.warnings == ("attempt 1: a worker was lost (its machine left the cluster)",) * 5
    ledger.requeue("abc")
    executor = OneByOne(lambda source, n: lost if source == "b" else None)
    assert run(ledger, executor, tmp_path)[1]["b"] == "failed"
    assert executor.attempts["b"] == MOST_LOSSES


def test_a_run_that_is_interrupted_counts_no_attempt(ledger: Ledger, tmp_path: Path) -> None:
    def interrupt(source: str, _: int) -> None:
        if source == "b":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(ledger, OneByOne(interrupt), tmp_path)
    assert [(entry.state, entry.attempts) for entry in ledger.entries()] == [
        ("done", 1),
        ("waiting", 0),
        ("waiting", 0),
    ]


def test_an_error_of_the_whole_backend_ends_the_run_and_loses_nothing(ledger: Ledger, tmp_path: Path) -> None:
    executor = OneByOne(lambda source, _: BackendError("glm", "the key is wrong") if source == "b" else None)
    failure, states = run(ledger, executor, tmp_path)
    assert str(failure) == "glm: the key is wrong"
    assert states == {"a": "done", "b": "waiting", "c": "waiting"}


def test_a_full_disk_ends_the_run_before_more_speech_is_paid_for(ledger: Ledger, tmp_path: Path) -> None:
    full = OutputNotWritten("b.srt", os.strerror(errno.ENOSPC).lower())
    failure, states = run(ledger, OneByOne(lambda source, _: full if source == "b" else None), tmp_path)
    assert (failure, states) == (full, {"a": "done", "b": "waiting", "c": "waiting"})
    one = OutputNotWritten("b.srt", os.strerror(errno.EISDIR).lower())
    ledger.requeue("abc")
    assert run(ledger, OneByOne(lambda source, _: one if source == "b" else None), tmp_path)[1]["c"] == "done"
