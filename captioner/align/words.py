"""The words of a clip, made of when each unit of its text is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import HOP
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Indices, Path
from captioner.values import Audio, Word

Floating = NDArray[np.floating[Any]]


def timed(clip: Audio, text: str, parts: Sequence[TextUnit], starts: Floating, ends: Floating) -> tuple[Word, ...]:
    """The words of `text`, their times, seconds since the clip began, put in order and held inside it."""
    latest = max(clip.start, clip.end)
    first = np.maximum.accumulate(np.clip(clip.start + starts, clip.start, latest))
    last = np.clip(clip.start + ends, first, np.append(first[1:], latest))
    return tuple(
        Word(float(start), float(end), text[part.first : part.last])
        for part, start, end in zip(parts, first, last, strict=True)
    )


def followed(clip: Audio, text: str, parts: Sequence[TextUnit], path: Path, begins: Indices) -> tuple[Word, ...]:
    """The words of `text` along a path in which units begin at the places `begins`, of which the last is the end.

    A word lasts from its first frame to its last; two frames part half a hop before the second.
    """
    starts = np.searchsorted(path.places, begins[:-1], side="left")
    ends = np.searchsorted(path.places, begins[1:] - 0.75, side="left")
    return timed(clip, text, parts, (starts - 0.5) * HOP, (ends - 0.5) * HOP)
