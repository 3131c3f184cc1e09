"""Peak memory over a short film, a talk and a long film, all made of the same sample: it should stay the same.

Runs on Linux: it reads the peak from /proc.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import python, talk

OURS = """
import re, sys, captioner
captioner.caption(sys.argv[1], backend="scripted")
with open("/proc/self/status") as status:
    print(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1])
"""

LIMIT = 200.0
"""MiB, for a run that does not import torch."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        short, middle, long = (
            peak_memory(talk(minutes, Path(folder))) for minutes in (lengths.short, lengths.talk, lengths.long)
        )
    rows = [
        Row(
            f"peak memory, {minutes:g} min / {lengths.short:g} min",
            peak,
            short,
            "MiB",
            f"≤ 40 MiB more: {peak - short:+.1f}",
        )
        for minutes, peak in ((lengths.talk, middle), (lengths.long, long))
    ]
    return [*rows, Row("peak memory / limit without torch", max(short, middle, long), LIMIT, "MiB", "≤ 1")]


def peak_memory(path: Path) -> float:
    """Return the peak memory of captioner in MiB, without its ffmpeg process."""
    printed = subprocess.run(python(OURS, path), capture_output=True, text=True, check=True)
    return int(printed.stdout) / 1024
