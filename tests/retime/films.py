"""Films as a list of stretches of speech, and captions of them as another subtitler would time them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from captioner.values import Span


class CaptionStyle(NamedTuple):
    """How captions differ from the speech; times in seconds, shares from 0 to 1."""

    jitter: float
    """The mean distance of the start of a cue from that of its speech."""
    tail: float
    """The mean time that a cue stays after its speech."""
    omitted: float
    """The share of the speech without a cue."""
    joined: float
    """The share of cues that hold two stretches of speech."""
    extra: float
    """Cues without speech, as signs and songs, as a share of all."""


EXACT = CaptionStyle(0.0, 0.0, 0.0, 0.0, 0.0)
TRANSLATED = CaptionStyle(0.08, 0.4, 0.1, 0.1, 0.03)
ROUGH = CaptionStyle(0.2, 0.8, 0.3, 0.3, 0.1)


def film_speech(chance: random.Random, seconds: float) -> list[Span]:
    """Return stretches of speech: sentences of 0.6 to 6 s, pauses of 0.3 to 2 s, and scenes without speech."""
    time = chance.uniform(1, 20)
    speech = []
    while time < seconds:
        length = chance.uniform(0.6, 6.0)
        speech.append(Span(time, time + length))
        time += length + (chance.uniform(0.3, 2.0) if chance.random() < 0.9 else chance.uniform(4, 30))
    return speech


def captions_of(chance: random.Random, speech: Sequence[Span], style: CaptionStyle = TRANSLATED) -> list[Span]:
    """Return cues for the speech, in order and without overlap."""
    kept: list[Span] = []
    for span in speech:
        if chance.random() < style.omitted:
            continue
        if kept and span.start - kept[-1].end < 1 and span.end - kept[-1].start < 7 and chance.random() < style.joined:
            kept[-1] = Span(kept[-1].start, span.end)
        else:
            kept.append(span)
    cues: list[Span] = []
    for span, after in zip(kept, [*kept[1:], None], strict=True):
        start = span.start + chance.choice((-1, 1)) * _exponential(chance, style.jitter)
        start = max(start, cues[-1].end if cues else 0.0)
        end = span.end + _exponential(chance, style.tail)
        if after is not None:
            end = min(end, after.start - 0.04)
        cues.append(Span(start, max(end, start + 0.3)))
    for before, after in list(pairwise(cues)):
        if after.start - before.end > 3 and chance.random() < 10 * style.extra:
            cues.append(Span(before.end + 0.3, before.end + 2.3))
    return sorted(cues, key=lambda cue: cue.start)


def _exponential(chance: random.Random, mean: float) -> float:
    return chance.expovariate(1 / mean) if mean else 0.0
