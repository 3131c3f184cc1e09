"""The Ray executor on a real Ray of this machine: the same results as processes, and a killed actor loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from captioner.backends.scripted import Scripted
from captioner.batch.batch_worker import BatchWorker, WorkerSettings
from captioner.batch.executor import WorkerLost
from captioner.batch.job import BatchJob, ResultPattern
from captioner.batch.thread_executor import ThreadExecutor
from captioner.budget import SpeechLimit
from captioner.errors import BackendError
from captioner.journal import default_path, summary
from captioner.pipeline import CaptionOptions
from tests.batch_faults import Cluster, small_cluster

ray = pytest.importorskip("ray")

from captioner.batch.ray_executor import RayExecutor, connect  # noqa: E402

SETTINGS = WorkerSettings("scripted", (("lines", ["One."]), ("delay", 0.2)))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with small_cluster(cores=1) as cluster:
        yield cluster
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


def test_the_same_bytes_and_errors_as_in_threads(sources: list[str], tmp_path: Path, cluster: Cluster) -> None:
    found = []
    for executor in (
        RayExecutor(connect(cluster.address), [SETTINGS] * 2),
        ThreadExecutor(BatchWorker(SETTINGS, Scripted(lines=["One."])), 2),
    ):
        outcomes = {Path(outcome.job.source).name: outcome for outcome in executor.run(jobs(sources, tmp_path))}
        assert (type(outcomes["none.flac"].error).__name__, outcomes["b.flac"].state) == ("MediaNotReadable", "done")
        found.append({result.path: result.sha256 for outcome in outcomes.values() for result in outcome.results})
    assert found[0] == found[1]


def test_a_killed_actor_and_a_lost_machine_give_their_jobs_back(
    sources: list[str], tmp_path: Path, cluster: Cluster
) -> None:
    slow = WorkerSettings(
        "scripted", (("lines", ["One."]), ("delay", 0.2)), CaptionOptions(align=None, journal=default_path())
    )
    waiting = [BatchJob(source, ResultPattern(str(tmp_path), f"{n}")) for n, source in enumerate(sources[:2] * 4)]
    losses: list[WorkerLost] = []
    done: list[str] = []
    for outcome in RayExecutor(connect(cluster.address), [slow] * 2).run(lambda: waiting.pop() if waiting else None):
        if isinstance(outcome.error, WorkerLost):
            losses.append(outcome.error)
            waiting.append(outcome.job)
            continue
        done.append(outcome.job.results.name)
        if len(done) == 1:
            os.kill(cluster.processes("ray::_WorkerActor")[0], signal.SIGKILL)
        elif len(done) == 3:
            cluster.kill_node(Random(0))
    assert sorted(done) == sorted(map(str, range(8)))
    assert {(loss.by_source, loss.reason) for loss in losses if not loss.by_source} <= {
        (False, "its machine left the cluster")
    }
    assert any(loss.by_source for loss in losses)
    assert summary(default_path()).rows == 3  # workers of all machines use the journal of the driver


def test_a_limit_holds_for_the_whole_cluster(sources: list[str], tmp_path: Path, cluster: Cluster) -> None:
    limit = SpeechLimit(4.0, "the limit of 4 seconds")
    outcomes = list(RayExecutor(connect(cluster.address), [SETTINGS] * 2, limit).run(jobs(sources[:2], tmp_path)))
    assert any(isinstance(outcome.error, BackendError) for outcome in outcomes)
