"""Whether memory stays flat: the peak over five minutes of media against the same looped to five hours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import Row

SAMPLE = Path(__file__).parents[2] / "samples" / "lighthouse.mp4"
OURS = """
import resource, sys, captioner
captioner.caption(sys.argv[1], backend="scripted")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def looped(minutes: int, folder: Path) -> Path:
    """The sample again and again, picture and all: a long film's index weighs too."""
    from captioner.media import find_ffmpeg

    path = folder / f"{minutes}.mp4"
    loop = [find_ffmpeg(), "-v", "error", "-stream_loop", "-1", "-i", str(SAMPLE)]
    subprocess.run([*loop, "-c", "copy", "-t", str(60 * minutes), str(path)], check=True)
    return path


def peak(path: Path) -> float:
    """MiB."""
    shown = subprocess.run([sys.executable, "-c", OURS, str(path)], capture_output=True, text=True, check=True)
    return float(shown.stdout)


def measure() -> list[Row]:
    with TemporaryDirectory() as folder:
        short, long = (peak(looped(minutes, Path(folder))) for minutes in (5, 300))
    return [Row("peak memory, 5 h / 5 min", long, short, "MiB", f"≤ 40 MiB apart: {long - short:+.1f}")]
