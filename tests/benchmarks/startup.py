"""How long a user waits for nothing: `captioner --help` against the smallest click program."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from tests.benchmarks import Row

BARE = "import click; click.command(help='Say hello.')(lambda: None).main(['--help'])"
OURS = "import sys; from captioner.cli import main; sys.exit(main(['--help']))"
TIMES = 15


def seconds(script: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def measure() -> list[Row]:
    ours, bare = zip(*((seconds(OURS), seconds(BARE)) for _ in range(TIMES)), strict=True)
    return [
        Row("captioner --help / a bare click program", statistics.median(ours), statistics.median(bare), "s", "≤ 2")
    ]
