"""How long a user waits for nothing: `captioner --help` against the smallest click program; the first line of a run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import costs, in_turns, python
from tests.paths import SAMPLES

BARE = "import click; click.command(help='Say hello.')(lambda: None).main(['--help'])"
HELP = "import sys; from captioner.cli import main; sys.exit(main(['--help']))"
RUN = "import sys; from captioner.cli import main; sys.exit(main(sys.argv[1:]))"
TIMES = 15

FIRST_LINE = 1.5
"""Seconds that a user waits for a sign of life."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    ours, bare = costs(python(HELP), python(BARE), rounds=TIMES)
    (first,) = in_turns(first_line)
    return [
        Row("captioner --help / a bare click program", ours.wall, bare.wall, "s", "≤ 2"),
        Row("captioner FILE, its first region heard / the patience of a user", first, FIRST_LINE, "s", "≤ 1"),
    ]


def first_line() -> float:
    """Seconds until a run with the lightest backend says what it heard first."""
    with TemporaryDirectory() as folder:
        words = (SAMPLES / "lighthouse.mp4", "--backend", "scripted", "--no-journal", "--verbose", "-d", folder)
        started = time.perf_counter()
        with subprocess.Popen(python(RUN, *words), stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            waited = time.perf_counter() - started
            process.communicate()
    if not line or process.returncode:
        raise RuntimeError(f"captioner failed: {line}")
    return waited
