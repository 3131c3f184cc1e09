"""Shared parts of the benchmarks: talks of any length, the cost of programs and functions, alternating runs.

Runs on Linux: `cost` uses `os.wait4`, which Windows does not have.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np

from captioner.media import find_ffmpeg, open_media, read_audio
from captioner.values import Audio, Segment
from tests.paths import SAMPLES

ROUNDS = 3
RATE = 16_000


@dataclass(frozen=True)
class Cost:
    """The time that a program took, with its child processes."""

    wall: float
    """Seconds of wall time."""

    cpu: float
    """Seconds of CPU time."""


def talk(minutes: float, folder: Path) -> Path:
    """Return a video in `folder` that repeats the sample. It has a picture, as the index of a long film costs, too."""
    path = folder / f"{minutes:g}.mp4"
    if not path.exists():
        loop = [find_ffmpeg(), "-v", "error", "-stream_loop", "-1", "-i", str(SAMPLES / "lighthouse.mp4")]
        subprocess.run([*loop, "-c", "copy", "-t", str(60 * minutes), str(path)], check=True)
    return path


def read_whole(path: Path) -> Audio:
    """Return all audio of a file, mono at 16 kHz."""
    with open_media(str(path)) as media:
        return Audio(np.concatenate([block.samples for block in read_audio(media, sample_rate=RATE)]), RATE)


@cache
def sentences() -> tuple[Segment, ...]:
    """Return the sentences of the sample with their times."""
    truth = json.loads((SAMPLES / "truth" / "lighthouse.json").read_text("utf-8"))["sentences"]
    return tuple(Segment(one["start"], one["end"], one["text"], language="en") for one in truth)


def text_of(clip: Audio, period: float) -> str:
    """Return the sentences that start in a clip of a talk; `period` is the length of the sample in seconds."""
    start, end = clip.start % period, clip.start % period + clip.duration
    return " ".join(one.text for one in sentences() if start <= one.start < end) or sentences()[0].text


def python(script: str, *arguments: str | Path) -> list[str]:
    """Return the command that runs a script in a new Python process."""
    return [sys.executable, "-c", script, *map(str, arguments)]


def cost(command: Sequence[str]) -> Cost:
    """Run a program and return its cost. Raises `RuntimeError` if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def costs(*commands: Sequence[str], rounds: int = ROUNDS) -> list[Cost]:
    """Run the programs in alternation and return the median cost of each."""
    runs = zip(*([cost(command) for command in commands] for _ in range(rounds)), strict=True)
    return [Cost(median(run.wall for run in of_one), median(run.cpu for run in of_one)) for of_one in runs]


def alternate(*measurements: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Run the measurements in alternation and return the median of each."""
    values: list[list[float]] = [[] for _ in measurements]
    for _ in range(rounds):
        for measurement, of_one in zip(measurements, values, strict=True):
            of_one.append(measurement())
    return [median(of_one) for of_one in values]


def wall_seconds(work: Callable[[], object]) -> float:
    """Return the wall time that a function takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time that a function takes on all cores: other programs disturb it less than wall time."""
    started = time.process_time()
    work()
    return time.process_time() - started
