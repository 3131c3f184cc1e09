"""What captioning costs at several lengths: time and memory, which must lie on a straight and a level line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks import Lengths
from tests.benchmarks.measuring import costs, python, talk
from tests.benchmarks.memory import peak
from tests.benchmarks.whole_way import OURS, decoding


@dataclass(frozen=True)
class Point:
    """A film of so many `minutes`: seconds of captioner without recognition and of ffmpeg alone, both of processor
    time, and captioner's peak of memory in MiB."""

    minutes: float
    ours: float
    floor: float
    memory: float


def points(lengths: Lengths) -> list[Point]:
    """Four lengths, up to twice the talk."""
    with TemporaryDirectory() as folder:
        return [_point(lengths.talk * share, Path(folder)) for share in (0.25, 0.5, 1.0, 2.0)]


def _point(minutes: float, folder: Path) -> Point:
    film = talk(minutes, folder)
    ours, floor = costs(python(OURS, film), decoding(film))
    return Point(minutes, ours.cpu, floor.cpu, peak(film))


def bend(points: Sequence[Point]) -> float:
    """How far the cost lies from the straight line through it at most, as a share of the greatest cost."""
    minutes, ours = np.array([(point.minutes, point.ours) for point in points]).T
    slope, start = np.polyfit(minutes, ours, 1)
    return float(np.abs(ours - (slope * minutes + start)).max() / ours.max())


def draw(points: Sequence[Point], path: Path) -> None:
    """Both lines, as a picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    minutes = [point.minutes for point in points]
    figure, (time, memory) = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    time.plot(minutes, [point.ours for point in points], "o-", label="captioner, without recognition")
    time.plot(minutes, [point.floor for point in points], "s--", label="ffmpeg, decoding alone")
    time.set(xlabel="minutes of media", ylabel="seconds of processor time")
    time.legend(frameon=False)
    memory.plot(minutes, [point.memory for point in points], "o-")
    memory.set(xlabel="minutes of media", ylabel="peak memory in MiB")
    for axes in (time, memory):
        axes.margins(0.1)
        axes.set(xlim=(0, None), ylim=(0, None))
    figure.savefig(path)
    pyplot.close(figure)
