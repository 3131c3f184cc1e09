"""Cost by length: time, which should lie on a straight line, and memory, which should stay the same. Runs on Linux."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks import Lengths
from tests.benchmarks.end_to_end import OURS, ffmpeg_decoding
from tests.benchmarks.measuring import costs, python, talk
from tests.benchmarks.memory import peak_memory


@dataclass(frozen=True)
class Point:
    """The cost of one talk."""

    minutes: float
    """Length of the talk."""

    ours: float
    """Seconds of CPU time that captioner takes without recognition, with its child processes."""

    ffmpeg: float
    """Seconds of CPU time that ffmpeg alone takes."""

    memory: float
    """Peak memory of captioner in MiB."""


def points(lengths: Lengths) -> list[Point]:
    """Return the costs of four talks; the longest is twice `lengths.talk`."""
    with TemporaryDirectory() as folder:
        return [_point(lengths.talk * share, Path(folder)) for share in (0.25, 0.5, 1.0, 2.0)]


def _point(minutes: float, folder: Path) -> Point:
    film = talk(minutes, folder)
    ours, ffmpeg = costs(python(OURS, film), ffmpeg_decoding(film))
    return Point(minutes, ours.cpu, ffmpeg.cpu, peak_memory(film))


def deviation(points: Sequence[Point]) -> float:
    """Return the largest distance of a time from the line fitted to all, as a share of the longest time."""
    minutes, ours = np.array([(point.minutes, point.ours) for point in points]).T
    slope, start = np.polyfit(minutes, ours, 1)
    return float(np.abs(ours - (slope * minutes + start)).max() / ours.max())


def draw(points: Sequence[Point], path: Path) -> None:
    """Draw time and memory by length, as an SVG file."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    minutes = [point.minutes for point in points]
    figure, (time, memory) = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    time.plot(minutes, [point.ours for point in points], "o-", label="captioner, without recognition")
    time.plot(minutes, [point.ffmpeg for point in points], "s--", label="ffmpeg, decoding alone")
    time.set(xlabel="minutes of media", ylabel="seconds of processor time")
    time.legend(frameon=False)
    memory.plot(minutes, [point.memory for point in points], "o-")
    memory.set(xlabel="minutes of media", ylabel="peak memory in MiB")
    for axes in (time, memory):
        axes.margins(0.1)
        axes.set(xlim=(0, None), ylim=(0, None))
    figure.savefig(path)
    pyplot.close(figure)
