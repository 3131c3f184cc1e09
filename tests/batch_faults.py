"""Batches over an archive of all containers while workers, drivers, actors and machines of a cluster are killed.

`python -m tests.batch_faults --long` captions 300 recordings, 20 of them broken, by processes and by a Ray cluster of
two machines, undisturbed and with each fault, and prints what is lost, done twice or wrong in a report.
tests/batch/test_batch_faults.py runs a part. Needs Linux.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click

from captioner.batch.takeover import NAME
from captioner.testing import GlmService, ServiceRequest
from tests.batch.archive import make_archive
from tests.kills import MARK, orphans
from tests.paths import TOP

CONCURRENCY = 4
"""Requests in flight, over all workers."""

LATENCY = 0.2
"""Seconds that the service takes for a request, so that a kill finds requests in flight."""

MARGIN = 3.0
"""Seconds between the response to a request and its entry in the journal, on a busy machine."""

LIMIT = 900.0
"""Seconds after which a batch counts as hung."""

COMPARED = ("source", "state", "error", "results", "language", "duration", "speech", "regions", "lost", "cues")
"""Columns of the report that no fault may change."""

CACHED = (b'"cached": true', b'"cached": false')
"""What a transcript as JSON says of a clip that an earlier attempt recognised, and what it says of others."""

PROCESS_FAULTS = ("worker", "driver")
RAY_FAULTS = ("actor", "driver actor", "node", "driver")


@dataclass(frozen=True)
class Batch:
    """What a batch left: its exit code, its results by path, and the rows of its report."""

    code: int
    results: dict[str, bytes]
    report: list[dict[str, Any]]
    seconds: float


@dataclass
class Killing:
    """What one batch went through."""

    moments: list[float] = field(default_factory=list)
    """When something was killed."""

    done: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Inode and time of the results that were done before, by path."""


class Service(GlmService):
    """A recognition service that counts how often each clip is sent."""

    def __init__(self) -> None:
        super().__init__(self._text, latency=LATENCY)
        self.answered: dict[str, list[float]] = {}
        """When each clip was answered, by its key."""

    def _text(self, request: ServiceRequest) -> str:
        key = request.audio_file.key
        self.answered.setdefault(key, []).append(time.monotonic())
        return f"This is clip {key[:8]}."

    def paid_twice(self, killed: list[float]) -> tuple[int, int]:
        """Return how many clips were sent again, and how many of them although no kill explains that."""
        again = [moments for moments in self.answered.values() if len(moments) > 1]
        in_flight = [any(moment > kill - MARGIN for kill in killed for moment in moments[:1]) for moments in again]
        return sum(len(moments) - 1 for moments in again), len(again) - sum(in_flight)


class Cluster:
    """A Ray cluster on this machine: a head without cores, where the driver is, and two machines with workers."""

    def __init__(self, cores: int) -> None:
        from ray.cluster_utils import Cluster as RayCluster

        small = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
        self._cores = cores
        self._ray = RayCluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
        self.address: str = self._ray.address
        for _ in range(2):
            self._add()

    def close(self) -> None:
        """End all of it."""
        self._ray.shutdown()  # type: ignore[no-untyped-call]

    def kill_node(self, random: Random) -> None:
        """Kill the Ray process of a machine; another machine joins the cluster."""
        node = random.choice(sorted(self._ray.worker_nodes, key=lambda node: str(node.node_id)))
        os.kill(_raylet(node), signal.SIGKILL)
        self._ray.remove_node(node, allow_graceful=False)
        self._add()

    def processes(self, name: str) -> list[int]:
        """Return the processes of the cluster whose title begins with `name`."""
        raylets = {_raylet(node) for node in [self._ray.head_node, *self._ray.worker_nodes]}
        return [pid for pid in _processes() if _parent(pid) in raylets and _title(pid).startswith(name)]

    def _add(self) -> None:
        self._ray.add_node(num_cpus=self._cores, object_store_memory=80 * 2**20)


class Trials:
    """An archive in a folder, and the batch that nothing disturbs."""

    def __init__(self, folder: Path, sources: int, broken: int) -> None:
        self._folder, self._count = folder, 0
        make_archive(folder / "archive", sources, broken)
        with Service() as service:
            self.undisturbed = self._batch(service, None, (), Random(0), 0)[0]

    def faults(self, faults: Sequence[str], cluster: Cluster | None, seed: int, kills: int) -> tuple[list[str], str]:
        """Run the batch with `kills` of the faults in turn at random moments; return what is wrong, and a line."""
        with Service() as service:
            batch, killing = self._batch(service, cluster, faults, Random(f"{faults} {seed}"), kills)
            twice, unexplained = service.paid_twice(killing.moments)
        wrong = list(self._wrong(batch, killing))
        if unexplained:
            wrong.append(f"{unexplained} clips were paid for twice without need")
        if len(killing.moments) < kills:
            wrong.append(f"only {len(killing.moments)} kills before the batch was done")
        attempts = sum(row["attempts"] for row in batch.report)
        story = (
            f"{len(killing.moments)} kills, {batch.seconds:.1f} s, {len(batch.report)} sources in {attempts} attempts"
        )
        return wrong, f"{story}, {len(service.answered)} clips, {twice} of them sent again"

    def _wrong(self, batch: Batch, killing: Killing) -> Iterator[str]:
        expected = self.undisturbed
        if batch.code != expected.code:
            yield f"exit code {batch.code} for {expected.code}"
        for name in sorted(batch.results.keys() | expected.results.keys()):
            if batch.results.get(name) != expected.results.get(name):
                yield f"{name}: {'missing' if name not in batch.results else 'differs'}"
        for row, other in zip(batch.report, expected.report, strict=False):
            if row != other | {"attempts": row["attempts"]}:
                yield f"report: {row} for {other}"
        for path, before in killing.done.items():
            if not path.exists() or _stamp(path) != before:
                yield f"{path.name} was done, and was written again"

    def _batch(
        self, service: Service, cluster: Cluster | None, faults: Sequence[str], random: Random, kills: int
    ) -> tuple[Batch, Killing]:
        self._count += 1
        run, killing, began = self._folder / f"run{self._count}", Killing(), time.monotonic()
        run.mkdir()
        moments = [] if not kills else sorted(random.sample(range(1, len(self.undisturbed.results) // 3), kills))
        driver = self._start(run, service, cluster)
        while (code := self._wait(driver)) is None or code < 0:
            if code is not None:  # the driver was killed
                driver = self._start(run, service, cluster)
            elif len(killing.moments) < kills and _done_count(run) >= moments[len(killing.moments)]:
                time.sleep(random.random() * LATENCY)
                fault = faults[len(killing.moments) % len(faults)]
                self._kill(fault, driver, cluster, run, killing, random)
            elif time.monotonic() - began > LIMIT:
                os.killpg(driver.pid, signal.SIGKILL)
                raise SystemExit(f"{faults}: the batch hangs; see {run}/log")
        seconds = time.monotonic() - began
        assert not orphans(str(run)), "programs go on"
        return _batch_in(run, code, seconds), killing

    def _start(self, run: Path, service: Service, cluster: Cluster | None) -> subprocess.Popen[bytes]:
        where = ["--executor", "processes", "--workers", "2"]
        if cluster is not None:
            where = ["--ray-address", cluster.address, "--workers", "2"]
        words = ["batch", "../archive", "-d", "out", "-f", "srt,json", "--report", "report.json", *where]
        words += ["--align", "none", "--backend", "glm", "--base-url", service.base_url, "--retry-failed"]
        words += ["--concurrency", str(CONCURRENCY)]
        state = {"CAPTIONER_JOURNAL": str(run / "journal.sqlite"), "CAPTIONER_STATE": str(run / "results.sqlite")}
        environment = os.environ | state | {MARK: str(run), "ZAI_API_KEY": service.key, "PYTHONPATH": str(TOP)}
        with (run / "log").open("ab") as log:
            command = [sys.executable, "-P", "-m", "captioner", *words]
            return subprocess.Popen(command, cwd=run, env=environment, stderr=log, stdout=log, start_new_session=True)

    def _wait(self, driver: subprocess.Popen[bytes]) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return driver.wait(0.05)
        return None

    def _kill(
        self,
        fault: str,
        driver: subprocess.Popen[bytes],
        cluster: Cluster | None,
        run: Path,
        killing: Killing,
        random: Random,
    ) -> None:
        """Note what is done, and kill what the fault names; nothing where it does not run yet."""
        victims = [driver.pid]
        if fault == "worker":
            victims = [pid for pid in _processes() if _parent(pid) == driver.pid and "spawn_main" in _title(pid)]
        elif cluster is not None and fault != "driver":
            name = "ray::_DriverActor" if fault == "driver actor" else "ray::_WorkerActor"
            victims = cluster.processes(name)
        if not victims or not (done := _done_in(run)):
            return
        killing.done |= done
        killing.moments.append(time.monotonic())
        if fault == "node" and cluster is not None:
            cluster.kill_node(random)
        else:
            with suppress(ProcessLookupError):
                os.kill(random.choice(victims), signal.SIGKILL)


def _batch_in(run: Path, code: int, seconds: float) -> Batch:
    out = run / "out"
    results = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    results = {path: data.replace(*CACHED) for path, data in results.items() if path != NAME}
    if not (run / "report.json").exists():
        raise SystemExit((run / "log").read_text("utf-8", "replace"))
    rows = json.loads((run / "report.json").read_text("utf-8"))["sources"]
    report = [{name: row[name] for name in (*COMPARED, "attempts")} for row in rows]
    return Batch(code, results, sorted(report, key=lambda row: str(row["source"])), seconds)


def _done_count(run: Path) -> int:
    """Return how many sources are done, from the file beside the results."""
    with suppress(OSError):
        return (run / "out" / NAME).read_bytes().count(b"\n")
    return 0


def _done_in(run: Path) -> dict[Path, tuple[int, int]]:
    """Return the results of the sources that the ledger of a run has as done."""
    found: dict[Path, tuple[int, int]] = {}
    for path in (run / "batches").glob("*.sqlite"):
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database,
            suppress(sqlite3.Error),
        ):
            for folder, results in database.execute("SELECT folder, results FROM sources WHERE state = 'done'"):
                paths = [Path(os.fsdecode(folder), name) for name, _ in json.loads(results)]
                found |= {path: _stamp(path) for path in paths}
    return found


def _stamp(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


def _raylet(node: Any) -> int:
    return int(node.all_processes["raylet"][0].process.pid) if "raylet" in node.all_processes else 0


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _title(pid: int) -> str:
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _parent(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


@contextmanager
def small_cluster(cores: int) -> Iterator[Cluster]:
    """A cluster for the length of the block."""
    with closing(Cluster(cores)) as cluster:
        yield cluster


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", default=0, help="Seed of the moments.  [default: 0]")
@click.option("--long", is_flag=True, help="300 sources, 20 of them broken, and 5 kills of each kind.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep everything in this folder.")
def main(seed: int, long: bool, folder: Path | None) -> None:
    """Kill workers, drivers, actors and machines in the middle of batches, and print what is wrong after it."""
    sources, broken, kills = (300, 20, 5) if long else (40, 8, 2)
    with TemporaryDirectory(prefix="captioner-batch-") as temporary:
        began = time.monotonic()
        trials = Trials(folder or Path(temporary), sources, broken)
        states = [row["state"] for row in trials.undisturbed.report]
        counts = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
        made = time.monotonic() - began - trials.undisturbed.seconds
        click.echo(f"undisturbed: {counts}; {trials.undisturbed.seconds:.1f} s (archive: {made:.1f} s)")
        total = 0

        def run(name: str, fault: str, cluster: Cluster | None, count: int) -> None:
            nonlocal total
            wrong, story = trials.faults((fault,), cluster, seed, count)
            total += len(wrong)
            click.echo(f"{name}: {story}, {len(wrong)} faults")
            for line in wrong[:10]:
                click.echo(f"  {line}")

        for fault in PROCESS_FAULTS:
            run(f"processes, {fault}", fault, None, kills)
        with small_cluster(2 if long else 1) as cluster:
            run("Ray", "", cluster, 0)
            for fault in RAY_FAULTS:
                run(f"Ray, {fault}", fault, cluster, kills if fault != "node" else max(2, kills - 2))
    raise SystemExit(1 if total else 0)


if __name__ == "__main__":
    main()
