"""What a request to `captioner serve` costs, beside a bare Starlette app and the backend called directly.

All requests have the same two seconds of speech, one after another over one connection. The backend `scripted` needs no
time, so the figures are those of everything else.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.scripted import Scripted
from captioner.pipeline import caption
from captioner.values import Span
from tests.benchmarks import QUICK, Lengths, Row
from tests.benchmarks.measuring import read_whole
from tests.paths import DATA

SERVE = ["-m", "captioner", "serve", "--backend", "scripted", "--no-journal"]

BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def transcribe(request):
    async with request.form() as form:
        return JSONResponse({"text": "Hello.", "bytes": len(await form["file"].read())})

app = Starlette(routes=[Route("/v1/audio/transcriptions", transcribe, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""

REQUESTS = 100
"""Requests that are measured, after a tenth of it that are not; a tenth of all with --quick."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    """Takes a minute."""
    count = REQUESTS // 10 if lengths is QUICK else REQUESTS
    with TemporaryDirectory() as folder:
        file = Path(folder, "speech.wav")
        file.write_bytes(wav_bytes(read_whole(DATA / "three_sentences.flac").clip(Span(0.5, 2.5)), shortest=0.0))
        with _served([*SERVE, "--state", folder, "--address"]) as (process, url):
            ours, our_cpu = _rate(lambda: _post(url, file), count, process)
        with _served(["-c", BARE]) as (process, url):
            bare, bare_cpu = _rate(lambda: _post(url, file), count, process)
        direct, direct_cpu = _rate(lambda: caption(file, backend=Scripted()), count, os.getpid())
    return [
        Row("requests per second / captions of the same file in Python", ours, direct, "1/s", "≥ 0.7"),
        Row("CPU of a request / captions of the same file in Python", our_cpu, direct_cpu, "s", "≤ 1.3"),
        Row("requests per second / a bare Starlette app that reads the file", ours, bare, "1/s", ""),
        Row("CPU of a request / a bare Starlette app that reads the file", our_cpu, bare_cpu, "s", ""),
    ]


@contextmanager
def _served(arguments: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Run a server whose last argument is its port; yields its process id and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, *arguments, str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    httpx.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield process.pid, f"http://127.0.0.1:{port}/v1/audio/transcriptions"
        finally:
            process.terminate()


_client = httpx.Client(timeout=60)


def _post(url: str, file: Path) -> None:
    with file.open("rb") as speech:
        _client.post(url, data={"model": "any"}, files={"file": ("speech.wav", speech)}).raise_for_status()


def _rate(call: Callable[[], object], count: int, process: int) -> tuple[float, float]:
    """Return how often a second `call` runs, and the seconds of CPU that a process takes for each."""
    for _ in range(max(1, count // 10)):
        call()
    started, cpu = time.perf_counter(), _cpu_seconds(process)
    for _ in range(count):
        call()
    return count / (time.perf_counter() - started), (_cpu_seconds(process) - cpu) / count


def _cpu_seconds(process: int) -> float:
    """Return the seconds of CPU that a process has taken so far, with its children that have ended: its ffmpegs."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
