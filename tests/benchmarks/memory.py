"""Whether memory stays flat: the peak over a short film, a talk and a long film, all made of the same sample."""

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


def peak(path: Path) -> float:
    """MiB, of captioner alone: ffmpeg is a program beside it."""
    shown = subprocess.run(python(OURS, path), capture_output=True, text=True, check=True)
    return int(shown.stdout) / 1024


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        short, middle, long = (
            peak(talk(minutes, Path(folder))) for minutes in (lengths.short, lengths.talk, lengths.long)
        )
    return [
        Row(
            f"peak memory, {minutes:g} min / {lengths.short:g} min",
            figure,
            short,
            "MiB",
            f"≤ 40 MiB apart: {figure - short:+.1f}",
        )
        for minutes, figure in ((lengths.talk, middle), (lengths.long, long))
    ] + [Row("peak memory / what is allowed without torch", max(short, middle, long), 200, "MiB", "≤ 1")]
