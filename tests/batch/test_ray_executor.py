"""The Ray executor on a real Ray of this machine: the same results as processes, and a killed actor loses nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from captioner.backends.scripted import Scripted
from captioner.batch.batch_worker import BatchWorker, WorkerSettings
from captioner.batch.executor import WorkerLost
from captioner.batch.job import BatchJob, ResultPattern
from captioner.batch.thread_executor import ThreadExecutor
from captioner.budget import SpeechLimit
from captioner.errors import BackendError

ray = pytest.importorskip("ray")

from captioner.batch.ray_executor import RayExecutor, connect  # noqa: E402

SETTINGS = WorkerSettings("scripted", (("lines", ["One."]), ("delay", 0.2)))


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    yield
    ray.shutdown()


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech_file: Path) -> list[str]:
    monkeypatch.chdir(tmp_path)
    for name in ("a.flac", "b.flac"):
        Path(name).write_bytes(speech_file.read_bytes())
    return [str(tmp_path / name) for name in ("a.flac", "b.flac", "none.flac")]


def jobs(sources: list[str], folder: Path) -> Callable[[], BatchJob | None]:
    waiting = [BatchJob(source, ResultPattern(str(folder), Path(source).stem)) for source in sources]
    return lambda: waiting.pop(0) if waiting else None


def test_the_same_bytes_and_errors_as_in_threads(sources: list[str], tmp_path: Path) -> None:
    found = []
    for executor in (
        RayExecutor(connect(None), [SETTINGS] * 2),
        ThreadExecutor(BatchWorker(SETTINGS, Scripted(lines=["One."])), 2),
    ):
        outcomes = {Path(outcome.job.source).name: outcome for outcome in executor.run(jobs(sources, tmp_path))}
        assert (type(outcomes["none.flac"].error).__name__, outcomes["b.flac"].state) == ("MediaNotReadable", "done")
        found.append({result.path: result.sha256 for outcome in outcomes.values() for result in outcome.results})
    assert found[0] == found[1]


def test_a_killed_actor_gives_its_job_back(sources: list[str], tmp_path: Path) -> None:
    slow = WorkerSettings("scripted", (("lines", ["One."]), ("delay", 5.0)))
    killer = threading.Thread(target=lambda: os.kill(wait_for_actor(), signal.SIGKILL))
    killer.start()
    [lost] = RayExecutor(connect(None), [slow]).run(jobs(sources[:1], tmp_path))
    killer.join()
    assert isinstance(lost.error, WorkerLost)
    assert not list(tmp_path.glob("*.srt"))
    [outcome] = RayExecutor(connect(None), [SETTINGS]).run(jobs([lost.job.source], tmp_path))
    assert outcome.state == "done"


def wait_for_actor() -> int:
    for _ in range(600):
        if actors := actor_processes():
            time.sleep(0.5)  # it is at work
            return actors[0]
        time.sleep(0.1)
    pytest.fail("no actor has begun")


def actor_processes() -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"ray::_WorkerActor.run" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_a_limit_holds_for_the_whole_cluster(sources: list[str], tmp_path: Path) -> None:
    limit = SpeechLimit(4.0, "the limit of 4 seconds")
    outcomes = list(RayExecutor(connect(None), [SETTINGS] * 2, limit).run(jobs(sources[:2], tmp_path)))
    assert any(isinstance(outcome.error, BackendError) for outcome in outcomes)
