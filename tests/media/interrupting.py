"""Interrupting captioner while it runs ffmpeg."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

TIMEOUT = 20.0
"""Seconds for a run to begin decoding, or to end after an interrupt, on a busy machine."""


def children(process: int) -> str:
    """The child processes of all threads of a process."""
    listing = ""
    for children_file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended since
            listing += children_file.read_text()
    return listing


def interrupt(running: subprocess.Popen[bytes], send: Callable[[int, int], None], delay: float) -> str:
    """Interrupt a run `delay` seconds after it started ffmpeg; return its message."""
    deadline = time.monotonic() + TIMEOUT
    while not children(running.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(delay)
    send(running.pid, signal.SIGINT)
    try:
        return running.communicate(timeout=TIMEOUT)[1].decode().strip()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
