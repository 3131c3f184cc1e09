"""The whole way without recognition and without words in time, against ffmpeg that decodes the same talk and throws the
sound away: the floor under all that is not recognition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from captioner.media import find_ffmpeg
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, cost, costs, python, talk

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
        works = python(OURS, film), decoding(film)
        for command in works:
            cost(command)  # so that all finds the film in memory
        ours, floor = costs(*works, rounds=TURNS)
        plain = cost(python(PLAIN, film))
    what = f"{lengths.talk:g} min without recognition"
    return [
        Row(f"{what} / ffmpeg to 16 kHz mono (medians of {TURNS})", ours.wall, floor.wall, "s", "≤ 1.35"),
        Row(f"{what} / ffmpeg to 16 kHz mono, processor (medians of {TURNS})", ours.cpu, floor.cpu, "s", ""),
        Row(f"{what} / the plain way: silero's own loop, one stage after the other", ours.wall, plain.wall, "s", ""),
    ]


def decoding(film: Path) -> list[str]:
    """ffmpeg alone: the sound decoded, made 16 kHz mono, and thrown away."""
    sound = ["-vn", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-y", "/dev/null"]
    return [find_ffmpeg(), "-nostdin", "-v", "fatal", "-i", str(film), *sound]
