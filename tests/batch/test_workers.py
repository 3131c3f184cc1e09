"""Workers that hang are ended, their number fits the machine, and they share one limit and one concurrency."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from captioner.backends import BackendInfo, Hints, Recognition
from captioner.backends.scripted import Scripted
from captioner.batch import process_executor, worker_count
from captioner.batch.batch_worker import BatchWorker, WorkerSettings
from captioner.batch.executor import StallWatch, WorkerLost
from captioner.batch.job import BatchJob, Outcome, ResultPattern
from captioner.batch.process_executor import MOST_FAILED_STARTS, ProcessExecutor
from captioner.batch.shared_limit import shared
from captioner.batch.thread_executor import ThreadExecutor
from captioner.batch.worker_count import shares, usable_gpus, usual_processes
from captioner.budget import SpeechLimit
from captioner.errors import UsageError
from captioner.values import Audio
from tests.batch.test_batch_command import wait_for


@pytest.fixture
def next_job(tmp_path: Path, speech_file: Path) -> Callable[[], BatchJob | None]:
    waiting = [BatchJob(str(speech_file), ResultPattern(str(tmp_path), name)) for name in ("a", "b")]
    return lambda: waiting.pop(0) if waiting else None


def test_a_worker_hangs_when_its_count_stays() -> None:
    now = 0.0
    watch = StallWatch(1800, lambda: now)
    seen = []
    for now, count in ((0.0, 0), (1799.0, 0), (1801.0, 1), (3600.0, 1), (3602.0, 1)):  # noqa: B007
        seen.append(watch.stalled(count))
    assert seen == [False, False, False, False, True]
    assert watch.reason == "no audio and no text for 30 min"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals")
def test_a_hung_process_is_ended_and_its_job_comes_back(
    next_job: Callable[[], BatchJob | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, stopped, counts = multiprocessing.active_children(), threading.Event(), list[int]()

    class ShortWatch(StallWatch):
        def stalled(self, count: int) -> bool:
            counts.append(count)
            return stopped.is_set()

    monkeypatch.setattr(process_executor, "StallWatch", ShortWatch)
    outcomes: list[Outcome] = []
    slow = WorkerSettings("scripted", (("lines", ["One."]), ("delay", 0.3)))
    for outcome in ProcessExecutor([slow]).run(next_job):
        if not outcomes:
            [worker] = [child for child in multiprocessing.active_children() if child not in own]
            os.kill(worker.pid or 0, signal.SIGSTOP)
            stopped.set()
        outcomes.append(outcome)
    done, hung = outcomes
    assert done.state == "done"
    assert max(counts) > 1
    assert isinstance(hung.error, WorkerLost)
    assert (hung.error.reason, hung.error.by_source) == ("no audio and no text for 30 min", True)


class Fatal:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (3,)


def test_processes_that_do_not_start_end_the_run_and_blame_no_source(speech_file: Path, tmp_path: Path) -> None:
    job = BatchJob(str(speech_file), ResultPattern(str(tmp_path), "a"))
    executor = ProcessExecutor([WorkerSettings("scripted", (("lines", Fatal()),))])
    outcomes: list[Outcome] = []
    with pytest.raises(UsageError, match=r"no worker process starts: .* \(exit code 3\)"):
        outcomes.extend(executor.run(lambda: job))
    losses = [outcome.error for outcome in outcomes if isinstance(outcome.error, WorkerLost)]
    assert [loss.by_source for loss in losses] == [False] * (MOST_FAILED_STARTS - 1)


class Stuck(Scripted):
    """Recognises the first clip when `go_on` is set."""

    def __init__(self) -> None:
        super().__init__(lines=["One."])
        self.go_on = threading.Event()

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for recognition in super().transcribe(clips, hints):
            self.go_on.wait(60)
            yield recognition


def test_a_hung_thread_is_given_up_and_writes_nothing_later(
    tmp_path: Path, next_job: Callable[[], BatchJob | None]
) -> None:
    backend = Stuck()
    executor = ThreadExecutor(BatchWorker(WorkerSettings("scripted"), backend), 2, stall_limit=1.0)
    outcomes = list(executor.run(next_job))
    assert [type(outcome.error) for outcome in outcomes] == [WorkerLost, WorkerLost]
    backend.go_on.set()
    wait_for(lambda: (not [thread for thread in threading.enumerate() if thread.name == "batch"] and [1]) or [])
    assert not list(tmp_path.glob("*.srt"))


def test_processes_share_a_limit_even_when_one_is_killed() -> None:
    with shared(SpeechLimit(10.0, "ten seconds")) as limit:
        assert limit is not None
        takers = [multiprocessing.get_context("spawn").Process(target=take_all, args=(limit,)) for _ in range(2)]
        for taker in takers:
            taker.start()
        takers[0].kill()
        for taker in takers:
            taker.join()
        assert limit.spent == pytest.approx(10.0)
        assert not pickle.loads(pickle.dumps(limit)).take(0.5)
    assert shared(None).__enter__() is None
    with shared(SpeechLimit(float("nan"), "no limit")) as limit:
        assert limit is not None
        assert not limit.take(0.1)


def take_all(limit: SpeechLimit) -> None:
    while limit.take(0.25):
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("total", "workers", "expected"), [(10, 4, [3, 3, 2, 2]), (5, 5, [1] * 5), (2, 64, [1, 1]), (7, 1, [7])]
)
def test_workers_share_the_requests_in_flight(total: int, workers: int, expected: list[int]) -> None:
    settings = WorkerSettings("openai", (("concurrency", total), ("base_url", "http://127.0.0.1:1/v1")))
    options = [dict(share.backend_options) for share in shares(settings, workers)]
    assert [each["concurrency"] for each in options] == expected
    assert {each["base_url"] for each in options} == {"http://127.0.0.1:1/v1"}


def test_a_backend_without_a_concurrency_is_not_limited() -> None:
    assert len(list(shares(WorkerSettings("scripted"), 3))) == 3
    assert [dict(share.backend_options) for share in shares(WorkerSettings("glm"), 9)] == [{"concurrency": 1}] * 5


def test_processes_fit_into_the_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_count, "gpu_memories", lambda: (8_000_000_000, 24_000_000_000))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64), raising=False)
    monkeypatch.setattr(os, "sysconf", lambda _: 10**6, raising=False)
    assert usual_processes(BackendInfo(memory=10**9, gpu_memory=10**10)) == 2
    assert usual_processes(BackendInfo(memory=10**9)) == 64
    assert usual_processes(BackendInfo(memory=10**11)) == 10
    assert usable_gpus(BackendInfo(gpu_memory=1)) == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert (usable_gpus(BackendInfo(gpu_memory=1)), usable_gpus(BackendInfo())) == (["3", "5"], [])
