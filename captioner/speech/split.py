"""Where to cut speech that will not stop: at its deepest pause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from captioner.values import Samples

_BREATH = 5  # frames: a pause of 160 ms beats the short silence inside a consonant
_FALL = 30.0  # dB below the speaker's voice that weigh as much as losing all probability of speech
_EARLY = 0.5  # what a cut at the very beginning must be better by, so that the pieces get a sensible length


def deepest_pause(track: Sequence[tuple[float, float]], earliest: int, latest: int) -> int:
    """The frame in [earliest, latest] to cut before, given each frame's probability of speech and level in dB.

    >>> voice, breath = (0.9, -20.0), (0.2, -60.0)
    >>> deepest_pause([voice] * 20 + [breath] * 4 + [voice] * 16, earliest=10, latest=30)
    22
    """
    probabilities, levels = np.array(track, np.float32).T
    depth = _smooth(probabilities) + _smooth(levels) / _FALL
    candidates = np.arange(earliest, latest + 1)
    cost = (depth[candidates - 1] + depth[candidates]) / 2 + _EARLY * (1 - candidates / latest)
    return int(candidates[np.argmin(cost)])


def _smooth(values: Samples) -> Samples:
    padded = np.pad(values, _BREATH // 2, mode="edge")
    return np.convolve(padded, np.full(_BREATH, 1 / _BREATH, np.float32), mode="valid")
