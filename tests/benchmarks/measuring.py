"""How costs are measured: talks of any length, programs in processes of their own, works that take turns."""

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
from captioner.values import Audio, Samples, Segment
from tests.paths import SAMPLES

ROUNDS = 3
RATE = 16_000


@dataclass(frozen=True)
class Cost:
    """What a program took, its children's share too, in seconds."""

    wall: float
    cpu: float


def talk(minutes: float, folder: Path) -> Path:
    """The sample again and again, picture and all: a long film's index weighs too."""
    path = folder / f"{minutes:g}.mp4"
    if not path.exists():
        loop = [find_ffmpeg(), "-v", "error", "-stream_loop", "-1", "-i", str(SAMPLES / "lighthouse.mp4")]
        subprocess.run([*loop, "-c", "copy", "-t", str(60 * minutes), str(path)], check=True)
    return path


def sound_of(path: Path) -> Samples:
    """All of it, 16 kHz."""
    with open_media(str(path)) as media:
        return np.concatenate([block.samples for block in read_audio(media, sample_rate=RATE)])


@cache
def sentences() -> tuple[Segment, ...]:
    """What is said in the sample, and when."""
    truth = json.loads((SAMPLES / "truth" / "lighthouse.json").read_text("utf-8"))["sentences"]
    return tuple(Segment(one["start"], one["end"], one["text"], language="en") for one in truth)


def said_in(clip: Audio, period: float) -> str:
    """The sentences of the sample, which comes again every `period` seconds, that begin in a clip."""
    start, end = clip.start % period, clip.start % period + clip.duration
    return " ".join(one.text for one in sentences() if start <= one.start < end) or sentences()[0].text


def python(script: str, *arguments: str | Path) -> list[str]:
    """The command that runs a script in a Python of its own."""
    return [sys.executable, "-c", script, *map(str, arguments)]


def cost(command: Sequence[str]) -> Cost:
    """Of a program. Raises `RuntimeError` when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def costs(*commands: Sequence[str], rounds: int = ROUNDS) -> list[Cost]:
    """The medians of what each program takes, run one after the other, `rounds` times."""
    runs = zip(*([cost(command) for command in commands] for _ in range(rounds)), strict=True)
    return [Cost(median(run.wall for run in of_one), median(run.cpu for run in of_one)) for of_one in runs]


def in_turns(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The medians of what each work gives, run one after the other, `rounds` times."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, values in zip(works, taken, strict=True):
            values.append(work())
    return [median(values) for values in taken]


def seconds(work: Callable[[], object]) -> float:
    """Of wall time."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor_seconds(work: Callable[[], object]) -> float:
    """Of this process on all cores, which others on the machine disturb less."""
    started = time.process_time()
    work()
    return time.process_time() - started
