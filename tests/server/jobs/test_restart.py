"""A server that is killed or ended in the middle of its jobs loses none of them, and pays for nothing twice."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.server.jobs.job_client import finished, submit
from tests.server.server_process import ServerProcess

SLOW = (
    "--backend",
    "scripted",
    "--backend-option",
    "lines=One.|Two.|Three.",
    "--backend-option",
    "delay=0.15",
    "--align",
    "none",
)


def first_cue(url: str, id: str) -> None:
    """Wait until a job has recognised something."""
    until = time.monotonic() + 20
    while not httpx.get(f"{url}/v1/jobs/{id}").json()["cues"]:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("end", [ServerProcess.kill, ServerProcess.stop])
def test_jobs_go_on_after_a_restart(tmp_path: Path, end: object) -> None:
    server = ServerProcess(tmp_path, *SLOW)
    running, waiting = submit(server.url)["id"], submit(server.url)["id"]
    first_cue(server.url, running)
    assert callable(end)
    end(server)
    server = ServerProcess(tmp_path, *SLOW)
    assert finished(server.url, running)["state"] == "done"
    assert finished(server.url, waiting)["state"] == "done"
    regions = httpx.get(f"{server.url}/v1/jobs/{running}/results/report").json()["regions"]
    assert regions[0]["cached"]
    assert server.stop() == 0


def test_a_job_that_ends_the_server_each_time_is_given_up(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, *SLOW, "--allow-urls")
    id = submit(server.url, webhook="https://films.invalid/")["id"]
    first_cue(server.url, id)
    server.kill()
    with closing(sqlite3.connect(tmp_path / "server" / "jobs.sqlite")) as database, database:
        database.execute("UPDATE jobs SET attempts = 3")
    server = ServerProcess(tmp_path, *SLOW)
    job = httpx.get(f"{server.url}/v1/jobs/{id}").json()
    assert (job["state"], job["error"]) == ("failed", "the server was killed 3 times while it ran")
    with closing(sqlite3.connect(tmp_path / "server" / "webhooks.sqlite")) as database:
        assert [json.loads(body)["type"] for (body,) in database.execute("SELECT body FROM webhooks")] == ["job.failed"]
    server.stop()


def test_uploads_that_were_cut_off_by_a_kill_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "server" / "jobs" / "0123").mkdir(parents=True)
    (tmp_path / "server" / "jobs" / "0123" / "media").write_bytes(b"half of a film")
    server = ServerProcess(tmp_path, *SLOW)
    assert not list((tmp_path / "server" / "jobs").iterdir())
    server.stop()


def test_a_second_server_with_the_same_state_is_refused(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, *SLOW)
    with pytest.raises(RuntimeError, match="another server uses"):
        ServerProcess(tmp_path, *SLOW)
    server.stop()
