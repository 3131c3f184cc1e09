"""What must not lose an edit: a server that is killed, two windows at once, a full disk. With a real process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from captioner.values import Cue
from tests.server.documents.job_folders import caption_job

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and limits")

CUES = [Cue(float(number), number + 0.9, f"Cue {number}.") for number in range(1, 9)]


@contextmanager
def server_process(state: Path, largest_file: int | None = None) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `captioner serve`, which can write no file larger than `largest_file` bytes; yields the job's address."""

    def limit() -> None:
        import resource

        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    command = [sys.executable, "-P", "-m", "captioner", "serve", "--address", "127.0.0.1:0"]
    command += ["--state", str(state), "--backend", "scripted", "--no-journal"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=limit)
    try:
        assert process.stderr
        match = re.search(r"http://\S+:\d+", process.stderr.readline())
        assert match
        yield f"{match.group()}/v1/jobs/j1", process
    finally:
        process.kill()
        process.communicate()


def body(client: str, sequence: int, cue: int, text: str, base: int | None = None) -> dict[str, Any]:
    operation = {"op": "setText", "cue": f"c{cue:06d}", "text": text}
    made: dict[str, Any] = {"client": client, "sequence": sequence, "operations": [operation]}
    return made if base is None else {**made, "base": base}


class Window:
    """A window of the page: it sends its queue in order, and again whatever was not acknowledged."""

    def __init__(self, name: str, cues: list[int]) -> None:
        self.name, self.base = name, 0
        self.queue = [(sequence, cue, f"{name} {sequence}") for sequence, cue in enumerate(cues, 1)]
        self.conflicts = 0

    def send_all(self, url: str, until: int = 0) -> None:
        """Send the queue until `until` edits are left, or the server is gone."""
        while len(self.queue) > until:
            sequence, cue, text = self.queue[0]
            try:
                answer = httpx.post(f"{url}/operations", json=body(self.name, sequence, cue, text, self.base))
            except httpx.TransportError:
                return
            if answer.status_code == 409:
                self.conflicts += 1
                self.base = answer.json()["revision"]
                continue
            assert answer.status_code == 200, answer.text
            self.queue.pop(0)


def texts(url: str) -> list[str]:
    return [cue["text"] for cue in httpx.get(f"{url}/document").json()["cues"]]


def test_two_windows_and_a_killed_server_lose_no_edit(tmp_path: Path) -> None:
    caption_job(tmp_path, CUES)
    windows = [Window("a", [1, 2, 3, 8, 1]), Window("b", [4, 5, 8, 6, 4])]
    with server_process(tmp_path) as (url, process):
        threads = [threading.Thread(target=window.send_all, args=(url, 2)) for window in windows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        process.send_signal(signal.SIGKILL)
        process.wait()
        for window in windows:
            window.send_all(url)
            assert len(window.queue) == 2
    # The answers to these were lost with the server: they are sent again.
    windows[0].queue.insert(0, (3, 3, "a 3"))
    with server_process(tmp_path) as (url, _):
        for window in windows:
            window.send_all(url)
        assert texts(url)[:7] == ["a 5", "a 2", "a 3", "b 5", "b 2", "b 4", "Cue 7."]
        assert texts(url)[7] in ("a 4", "b 3")
        history = httpx.get(f"{url}/document/history").json()
    assert len(history) == 10  # each edit once
    assert sum(window.conflicts for window in windows) >= 1  # neither overwrote the cue of the other unasked


def test_a_full_disk_refuses_edits_and_keeps_all_that_were_acknowledged(tmp_path: Path) -> None:
    caption_job(tmp_path, CUES)
    acknowledged, refused = "", None
    with server_process(tmp_path, largest_file=256 * 1024) as (url, _):
        for sequence in range(1, 200):
            text = f"{sequence} {os.urandom(4900).hex()}"
            refused = httpx.post(f"{url}/operations", json=body("a", sequence, 1, text))
            if refused.status_code != 200:
                break
            acknowledged = text
        assert refused is not None
        assert (refused.status_code, refused.json()["error"]["code"]) == (507, "full")
        assert acknowledged
        assert texts(url)[0] == acknowledged
    with server_process(tmp_path) as (url, _):
        assert texts(url)[0] == acknowledged
        assert httpx.post(f"{url}/operations", json=body("a", sequence, 1, text)).status_code == 200
        assert texts(url)[0] == text
