"""The whole way without recognition and without words in time, against ffmpeg that decodes the same talk and throws the
sound away: the floor under all that is not recognition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from captioner.media import find_ffmpeg
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, cost, python, talk

OURS = "import sys, captioner; captioner.caption(sys.argv[1], backend='scripted', align='none')"

TURNS = 7
"""More than of other works: what keeps both cores busy is what other users of the machine disturb most."""

PLAIN = """
import sys
from contextlib import nullcontext
from captioner import pipeline
from tests.benchmarks.stages import plain_silero
pipeline.ahead = lambda items, most: nullcontext(iter(items))
with plain_silero():
    pipeline.caption(sys.argv[1], backend='scripted', align='none')
"""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        film = talk(lengths.talk, Path(folder))
        ours, floor = python(OURS, film), decoding(film)
        for command in (ours, floor):
            cost(command)  # so that all finds the film in memory
        ours_wall, ours_cpu, floor_wall, floor_cpu = _both(ours, floor)
        plain = cost(python(PLAIN, film))
    what = f"{lengths.talk:g} min without recognition"
    return [
        Row(f"{what} / ffmpeg to 16 kHz mono (medians of {TURNS})", ours_wall, floor_wall, "s", "≤ 1.35"),
        Row(f"{what} / ffmpeg to 16 kHz mono, processor (medians of {TURNS})", ours_cpu, floor_cpu, "s", ""),
        Row(f"{what} / the plain way: silero's own loop, one stage after the other", ours_wall, plain.wall, "s", ""),
    ]


def decoding(film: Path) -> list[str]:
    """ffmpeg alone: the sound decoded, made 16 kHz mono, and thrown away."""
    sound = ["-vn", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-y", "/dev/null"]
    return [find_ffmpeg(), "-nostdin", "-v", "fatal", "-i", str(film), *sound]


def _both(ours: list[str], floor: list[str]) -> list[float]:
    """Wall and processor time of ours, then of the floor."""
    runs = [(cost(ours), cost(floor)) for _ in range(TURNS)]
    one, other = zip(*runs, strict=True)
    figures = ([each.wall for each in one], [each.cpu for each in one], [each.wall for each in other],
               [each.cpu for each in other])  # fmt: skip
    return [median(values) for values in figures]
