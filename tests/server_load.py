"""Mixed load on a server for a while: `python -m tests.server_load --minutes 30`.

32 clients send short requests, jobs, uploads that are cut off, slow uploads and wrong files, and leave streams. The
server is killed in the middle and started again. Prints what was measured, and ends with 1 if a job is lost, memory
grows, a temporary file is left, or short requests become more than three times slower.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.server.mixed_load import MixedLoad, percentile
from tests.server.server_process import ServerProcess

FLAGS = (
    "--backend", "scripted", "--backend-option", "lines=One.|Two.|Three.", "--align", "none", "--max-wait", "10",
    "--no-journal", "--max-jobs", "100000",
)  # fmt: skip

SLOWER = 3.0
"""How much slower short requests may become, at the 95th percentile, without the time in the queue."""

GROWTH = 20 << 20
"""Bytes by which memory may grow from the first third to the last third after the restart."""


@dataclass
class LoadReport:
    """What a run measured."""

    unloaded: float = 0.0
    """Seconds of a short request without other load, 95th percentile."""

    loaded: float = 0.0
    memory: list[int] = field(default_factory=list)
    """Bytes, once a second after the restart."""

    lost: list[str] = field(default_factory=list)
    """Accepted jobs that did not end well."""

    left: list[str] = field(default_factory=list)
    """Files that are left in the end."""

    load: MixedLoad | None = None
    cpu: float = 0.0
    """Seconds of the processor that the second server took."""

    def growth(self) -> float:
        """Return by how many bytes memory grew."""
        third = max(1, len(self.memory) // 3)
        return sum(self.memory[-third:]) / third - sum(self.memory[third : 2 * third]) / max(
            1, len(self.memory[third : 2 * third])
        )


def run_load(folder: Path, seconds: float, clients: int, seed: int, pause: float) -> LoadReport:
    """Run the load; the server has its state in `folder`."""
    report, port = LoadReport(), _free_port()
    server = ServerProcess(folder, *FLAGS, port=port)
    report.unloaded = _unloaded(server.url, seed)
    load = report.load = MixedLoad(server.url, seed, pause)
    threads = load.run(clients)
    time.sleep(seconds / 2)
    server.kill()
    server = ServerProcess(folder, *FLAGS, port=port)
    end = time.monotonic() + seconds / 2
    while time.monotonic() < end:
        report.memory.append(_memory(server.process.pid))
        time.sleep(min(1.0, seconds / 20))
    load.stop.set()
    for thread in threads:
        thread.join(90)
    report.loaded = percentile(load.seconds, 0.95)
    report.lost = _unfinished(server.url, load.jobs)
    report.cpu = _cpu(server.process.pid)
    _delete_all(server.url)
    server.stop()
    report.left = _left(folder)
    return report


def _unloaded(url: str, seed: int) -> float:
    alone = MixedLoad(url, seed, 0.0)
    with httpx.Client(base_url=url, timeout=60) as client:
        for _ in range(20):
            alone.short_request(client)
    return percentile(alone.seconds, 0.95)


def _unfinished(url: str, jobs: set[str]) -> list[str]:
    """Return the jobs that are not done when all have ended."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        states = {job["id"]: job["state"] for job in httpx.get(f"{url}/v1/jobs", timeout=60).json()}
        if not {"waiting", "running"} & set(states.values()):
            break
        time.sleep(0.5)
    return [f"{id}: {states.get(id)}" for id in jobs if states.get(id) != "done"]


def _delete_all(url: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        for job in client.get("/v1/jobs").json():
            client.delete(f"/v1/jobs/{job['id']}")


def _left(folder: Path) -> list[str]:
    """Return the files that are no state of the server; uploads that were not finished are kept for a day."""
    kept = {"jobs.sqlite", "jobs.lock", "webhooks.sqlite", "secret", "jobs.sqlite-journal", "webhooks.sqlite-journal"}
    files = [path for path in (folder / "server").rglob("*") if path.is_file() and "uploads" not in path.parts]
    scratch = [str(path) for path in folder.parent.glob("captioner-scratch-*")]
    return [str(path) for path in files if path.name not in kept] + scratch


def _memory(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def problems(report: LoadReport) -> list[str]:
    """Return what a run has found wrong, but for speed."""
    load = report.load
    assert load
    found = [f"fault: {fault}" for fault in load.faults]
    found += [f"lost job {job}" for job in report.lost] + [f"left file {path}" for path in report.left]
    if report.growth() > GROWTH:
        found.append(f"memory grew by {report.growth() / (1 << 20):.1f} MB")
    return found


def main() -> int:
    """Run the load and print what it measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between requests of a client")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        report = run_load(Path(name) / "state", asked.minutes * 60, asked.clients, asked.seed, asked.pause)
    load = report.load
    assert load
    requests = sum(load.counts.values())
    print(f"requests {requests}, {requests / asked.minutes / 60:.1f} a second; jobs {len(load.jobs)}")
    print(f"short requests without queue: {report.unloaded:.3f} s unloaded, {report.loaded:.3f} s loaded (p95)")
    print(f"queue: {percentile(load.queued, 0.5):.2f} s (median), {percentile(load.queued, 1.0):.2f} s at most")
    print(f"memory {report.memory[0] >> 20} to {report.memory[-1] >> 20} MB, grew by {report.growth() / (1 << 20):.1f}")
    print(f"processor of the server {report.cpu:.1f} s")
    print(", ".join(f"{what}: {count}" for what, count in sorted(load.counts.items())))
    found = problems(report)
    if report.loaded > SLOWER * report.unloaded:
        found.append(f"short requests became {report.loaded / report.unloaded:.1f} times slower")
    print("\n".join(found[:50]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
