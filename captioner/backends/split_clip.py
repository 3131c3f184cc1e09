"""A clip in two where it is quietest, and the texts of its parts in one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import numpy as np

from captioner.values import Audio

FRAME = 0.02
"""Seconds of sound that one value of loudness stands for."""

PAUSE = 0.2
"""Seconds over which a pause is looked for: shorter silences stand inside words."""

MIDDLE = (0.25, 0.75)
"""The part of a clip in which it may be cut, so that neither half is a scrap."""


def split_clip(clip: Audio) -> tuple[Audio, Audio]:
    """The clip before and after the deepest pause near its middle, as views that together are the whole clip."""
    cut = _deepest_pause(clip)
    first, second = clip.samples[:cut], clip.samples[cut:]
    return Audio(first, clip.sample_rate, clip.start), Audio(second, clip.sample_rate, clip.time_of(cut))


def join_texts(texts: Iterable[str]) -> str:
    """The texts of clips that follow each other, with a space between them unless the script knows none."""
    whole = ""
    for text in texts:
        text = text.strip()
        space = " " if whole and text and not (_unspaced(whole[-1]) or _unspaced(text[0])) else ""
        whole += space + text
    return whole


def _deepest_pause(clip: Audio) -> int:
    """The sample in the middle of the quietest stretch of `PAUSE` seconds within `MIDDLE`."""
    frame = max(1, round(FRAME * clip.sample_rate))
    count = len(clip.samples) // frame
    first, last = round(count * MIDDLE[0]), round(count * MIDDLE[1])
    if last - first < 2:
        return len(clip.samples) // 2
    energy = np.square(clip.samples[: count * frame].reshape(count, frame), dtype=np.float64).mean(axis=1)
    width = min(round(PAUSE / FRAME), last - first)
    loudness = np.convolve(energy[first:last], np.ones(width), mode="valid")
    # Of equally quiet places (digital silence) the one nearest to the middle halves best.
    quietest = np.flatnonzero(loudness <= loudness.min() * 1.0001)
    nearest = quietest[np.argmin(np.abs(quietest - len(loudness) / 2))]
    return int((first + nearest) * frame + width * frame // 2)


def _unspaced(character: str) -> bool:
    """Whether Chinese or Japanese is written with this character, their full-width punctuation included."""
    name = unicodedata.name(character, "")
    return name.startswith(("CJK ", "HIRAGANA ", "KATAKANA ", "IDEOGRAPHIC ", "FULLWIDTH "))
