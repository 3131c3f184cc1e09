"""The whole pipeline without recognition and word times, against ffmpeg alone.

ffmpeg decodes the same talk and discards the audio. No pipeline that decodes with ffmpeg can be faster.
Runs on Linux: it uses `os.wait4` and /dev/null.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from captioner.media import find_ffmpeg
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, cost, costs, python, talk

OURS = "import sys, captioner; captioner.caption(sys.argv[1], backend='scripted', align='none')"

ROUNDS = 7
"""More than elsewhere: other users of the machine disturb programs that keep both cores busy the most."""

BASELINE = """
import sys
from contextlib import nullcontext
import captioner
import pytest
from tests.benchmarks.stages import silero_loop
with silero_loop(), pytest.MonkeyPatch.context() as patch:
    patch.setattr("captioner.pipeline.captioning.prefetch", lambda items, limit: nullcontext(iter(items)))
    captioner.caption(sys.argv[1], backend='scripted', align='none')
"""
"""captioner without its optimisations: silero's own loop, and no stage works ahead of the next one."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    with TemporaryDirectory() as folder:
        film = talk(lengths.talk, Path(folder))
        commands = python(OURS, film), ffmpeg_decoding(film)
        for command in commands:
            cost(command)  # after these runs the film is in the file cache
        ours, ffmpeg = costs(*commands, rounds=ROUNDS)
        baseline = cost(python(BASELINE, film))
    label = f"{lengths.talk:g} min without recognition"
    return [
        Row(f"{label} / ffmpeg to 16 kHz mono (medians of {ROUNDS})", ours.wall, ffmpeg.wall, "s", "≤ 1.35"),
        Row(f"{label} / ffmpeg to 16 kHz mono, CPU time (medians of {ROUNDS})", ours.cpu, ffmpeg.cpu, "s", ""),
        Row(f"{label} / silero's own loop, one stage after the other", ours.wall, baseline.wall, "s", ""),
    ]


def ffmpeg_decoding(film: Path) -> list[str]:
    """Return the ffmpeg command that decodes the audio to 16 kHz mono and discards it."""
    audio = ["-vn", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-y", "/dev/null"]
    return [find_ffmpeg(), "-nostdin", "-v", "fatal", "-i", str(film), *audio]
