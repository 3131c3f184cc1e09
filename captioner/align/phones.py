"""The phones of a synthetic voice, and the thirds of them that phone models describe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.espeak_library import SynthesizedSpeech

Indices = NDArray[np.intp]

THIRDS = 3
"""Models of each phone: of its first, second and last third."""

LONGEST_CLOSURE = 0.12
"""Seconds of silence before a stop that belong to it: the closure of the lips or the tongue."""

_WORD_REACH = 12  # frames from the mark of a word to its first phone
_STRESS, _LENGTH = "',%=_:;|!", ":#"  # signs before and after a phone's name


@dataclass(frozen=True)
class PhoneFrames:
    """The phones of a voice in order. No phones if espeak-ng reported none."""

    names: tuple[str, ...]
    frames: Indices
    """The frame of the voice at which each begins, shape (phones,). It never decreases; the first one is 0."""


def phone_frames(speech: SynthesizedSpeech, hop: float, passed: Indices, loud: Indices) -> PhoneFrames:
    """Return the phones of `speech`, whose frames are `hop` seconds apart.

    `passed`, shape (frames + 1,), counts the frames before each frame that are no pauses; phones begin at these counts.
    `loud` are the numbers of the frames that are not silent. A word begins with its first phone.
    """
    names, frames = [], []
    for name, time in speech.phones:
        plain = name.lstrip(_STRESS).rstrip(_LENGTH)
        if name.startswith("_") or not plain:
            continue
        frame = min(round(time / hop), len(passed) - 1)
        before = int(np.searchsorted(loud, frame)) - 1
        if before >= 0 and 1 < frame - loud[before] < LONGEST_CLOSURE / hop:
            frame = int(loud[before]) + 1
        names.append(plain)
        frames.append(passed[frame])
    begins = np.array(frames, np.intp)
    for _, time in speech.marks:
        mark = passed[min(round(time / hop), len(passed) - 1)]
        first = int(np.searchsorted(begins, mark))
        if first < len(begins) and begins[first] - mark < _WORD_REACH:
            begins[first] = mark
    begins[:1] = 0
    return PhoneFrames(tuple(names), np.maximum.accumulate(begins))


def phone_thirds(count: int) -> Indices:
    """Return the third of a phone to which each of its `count` frames belongs, shape (count,)."""
    if count == 1:
        return np.array([1])
    return np.array([0, 2]) if count == 2 else np.arange(count) * THIRDS // max(count, 1)
