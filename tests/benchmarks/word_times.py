"""How fast the aligners find word times: the sample with its own sentences, on one core."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial

from captioner.align import Aligner, SpokenText, align_recording, load_aligner
from captioner.speech import speech_clips
from captioner.values import Audio
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import alternate, cpu_seconds, read_whole, text_of
from tests.paths import SAMPLES

GOAL = 80.0
"""Times real time."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    audio = read_whole(SAMPLES / "lighthouse.mp4")
    clips = list(speech_clips([audio]))
    texts = [text_of(clip, audio.duration) for clip in clips]
    speech = sum(clip.duration for clip in clips)
    rows = []
    for name in ("espeak", "pauses"):
        (spent,) = alternate(partial(cpu_seconds, partial(align_all, load_aligner(name), clips, texts)))
        rows.append(Row(f"word times by {name} / goal", speech / spent, GOAL, "x real time", "≥ 1"))
    return rows


def align_all(aligner: Aligner, clips: Sequence[Audio], texts: Sequence[str]) -> None:
    spoken = (SpokenText(clip, text, "en") for clip, text in zip(clips, texts, strict=True))
    deque(align_recording(aligner, spoken), maxlen=0)
