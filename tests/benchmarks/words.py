"""Words in time, found in the sample by its own sentences, on one core."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from captioner.align import Aligner, load_aligner
from captioner.speech import speech_clips
from captioner.values import Audio
from tests.benchmarks import Lengths, Row
from tests.benchmarks.measuring import RATE, in_turns, processor_seconds, said_in, sound_of
from tests.paths import SAMPLES

GOAL = 100.0
"""Times real time."""


def measure(lengths: Lengths) -> Sequence[Row | str]:
    sound = sound_of(SAMPLES / "lighthouse.mp4")
    clips = list(speech_clips([Audio(sound, RATE)]))
    texts = [said_in(clip, len(sound) / RATE) for clip in clips]
    speech = sum(clip.duration for clip in clips)
    rows = []
    for name in ("espeak", "pauses"):
        (spent,) = in_turns(partial(processor_seconds, partial(time_all, load_aligner(name), clips, texts)))
        rows.append(Row(f"words in time by {name} / the goal", speech / spent, GOAL, "x real time", "≥ 1"))
    return rows


def time_all(aligner: Aligner, clips: Sequence[Audio], texts: Sequence[str]) -> None:
    for clip, text in zip(clips, texts, strict=True):
        aligner.align(clip, text, "en")
