"""Splits a clip where it is quietest."""

from __future__ import annotations

import numpy as np

from captioner.values import Audio

FRAME = 0.02
"""Seconds per value of loudness."""

PAUSE = 0.2
"""Seconds that a pause lasts at least; shorter silences occur inside words."""

MIDDLE = (0.25, 0.75)
"""The part of a clip in which it may be split, so that neither part becomes very short."""


def split_clip(clip: Audio) -> tuple[Audio, Audio]:
    """Return the clip before and after the deepest pause near its middle, as views of its samples."""
    cut = _deepest_pause(clip)
    first, second = clip.samples[:cut], clip.samples[cut:]
    return Audio(first, clip.sample_rate, clip.start), Audio(second, clip.sample_rate, clip.time_of(cut))


def _deepest_pause(clip: Audio) -> int:
    """Return the index of the sample in the middle of the quietest `PAUSE` seconds within `MIDDLE`."""
    frame = max(1, round(FRAME * clip.sample_rate))
    count = len(clip.samples) // frame
    first, last = round(count * MIDDLE[0]), round(count * MIDDLE[1])
    if last - first < 2:
        return len(clip.samples) // 2
    energy = np.square(clip.samples[: count * frame].reshape(count, frame), dtype=np.float64).mean(axis=1)
    width = min(round(PAUSE / FRAME), last - first)
    loudness = np.convolve(energy[first:last], np.ones(width), mode="valid")
    # Of equally quiet places (digital silence) the one nearest to the middle is best.
    quietest = np.flatnonzero(loudness <= loudness.min() * 1.0001)
    nearest = quietest[np.argmin(np.abs(quietest - len(loudness) / 2))]
    return int((first + nearest) * frame + width * frame // 2)
