"""ffmpeg ends with captioner, also when captioner is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.media.interrupting import TIMEOUT, children, linux_only
from tests.media.media_factory import ffmpeg

SLOW = ("--preset", "veryslow", "--quality", "1", "-q")


def is_running(process: str) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def film(tmp_path: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=20", "-c:v", "mpeg4", tmp_path / "film.mp4")
    (tmp_path / "film.srt").write_text("1\n00:00:00,000 --> 00:00:09,000\nHello\n")
    return tmp_path


def captioner(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"TMPDIR": str(folder / "scratch")}
    (folder / "scratch").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "captioner", *words]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE)


@linux_only
def test_a_killed_run_leaves_no_ffmpeg_and_the_next_run_no_part(film: Path) -> None:
    running = captioner(film, "burn", "film.mp4", "film.srt", "-o", "new.mp4", *SLOW)
    deadline = time.monotonic() + TIMEOUT
    while not list(film.glob(".captioner-*.part")) or not children(running.pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.5)
    started = children(running.pid).split()
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=TIMEOUT)
    time.sleep(0.5)
    assert started
    assert not any(map(is_running, started))
    assert list(film.glob(".captioner-*.part"))

    again = captioner(film, "mux", "film.mp4", "film.srt", "-o", "new.mp4", "-q")
    assert again.communicate(timeout=60)[1] == b""
    assert sorted(path.name for path in film.iterdir()) == ["film.mp4", "film.srt", "new.mp4", "scratch"]
