"""Finds the place to split speech that is too long for one region: its deepest pause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from captioner.values import Samples

_WINDOW = 5  # frames: a pause of 160 ms beats the short silence inside a consonant
_LEVEL_RANGE = 30.0  # a fall in dB that weighs as much as a fall of the probability of speech from 1 to 0
_EARLY_COST = 0.5  # the extra cost of a split at the very beginning, so that the parts get a useful length


def deepest_pause(scores: Sequence[tuple[float, float]], earliest: int, latest: int) -> int:
    """Return the frame in [earliest, latest] to split before, given each frame's probability of speech and level in dB.

    >>> voice, breath = (0.9, -20.0), (0.2, -60.0)
    >>> deepest_pause([voice] * 20 + [breath] * 4 + [voice] * 16, earliest=10, latest=30)
    22
    """
    probabilities, levels = np.array(scores, np.float32).T
    depth = _smooth(probabilities) + _smooth(levels) / _LEVEL_RANGE
    candidates = np.arange(earliest, latest + 1)
    cost = (depth[candidates - 1] + depth[candidates]) / 2 + _EARLY_COST * (1 - candidates / latest)
    return int(candidates[np.argmin(cost)])


def _smooth(values: Samples) -> Samples:
    """Return the moving average of the values, of the same length."""
    padded = np.pad(values, _WINDOW // 2, mode="edge")
    return np.convolve(padded, np.full(_WINDOW, 1 / _WINDOW, np.float32), mode="valid")
