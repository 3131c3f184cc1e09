"""Time until captioner shows something: `captioner --help`, and the first line of a run. Runs on Linux."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import alternate, costs, python
from tests.paths import SAMPLES

MINIMAL = "import click; click.command(help='Say hello.')(lambda: None).main(['--help'])"
HELP = "import sys; from captioner.cli import main; sys.exit(main(['--help']))"
RUN = "import sys; from captioner.cli import main; sys.exit(main(sys.argv[1:]))"
ROUNDS = 15

LIMIT = 1.5
"""Seconds that a user should wait for the first line at most."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    ours, minimal = costs(python(HELP), python(MINIMAL), rounds=ROUNDS)
    (first,) = alternate(first_line)
    return [
        Row("captioner --help / a minimal click program", ours.wall, minimal.wall, "s", "≤ 2"),
        Row("captioner FILE until the first region is recognised / limit", first, LIMIT, "s", "≤ 1"),
    ]


def first_line() -> float:
    """Return the seconds until a run with the fastest backend prints its first line."""
    with TemporaryDirectory() as folder:
        arguments = (SAMPLES / "lighthouse.mp4", "--backend", "scripted", "--no-journal", "--verbose", "-d", folder)
        started = time.perf_counter()
        with subprocess.Popen(python(RUN, *arguments), stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            waited = time.perf_counter() - started
            process.communicate()
    if not line or process.returncode:
        raise RuntimeError(f"captioner failed: {line}")
    return waited
