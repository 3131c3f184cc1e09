"""Covers a synthetic voice with the noise of a clip, so that both lack the same sounds.

Noise hides the weak bands of a clip's speech, and a clean voice then resembles none of its frames. The mean power of
the clip's quiet frames, relative to that of its speech, is added to the voice band by band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import Floats

MOST_NOISE = 10.0
"""The power of the noise in a band, at most, relative to that of the speech."""

FEWEST_QUIET = 10
"""Quiet frames that tell the noise of a clip; of a clip with fewer, the quietest tenth tells it."""


def noise_shares(power: Floats, levels: Floats, is_voiced: NDArray[np.bool_]) -> Floats:
    """Return the power of the noise relative to that of the speech in each band, shape (bands,).

    `power`, shape (frames, bands), is that of each frame of a clip; `levels` and `is_voiced` have the shape (frames,).
    """
    quiet = ~is_voiced
    if quiet.sum() < FEWEST_QUIET:
        quiet = levels <= np.percentile(levels, 10)
    noise = power[quiet].mean(axis=0)
    speech = np.maximum(power[is_voiced].mean(axis=0) - noise, noise / MOST_NOISE)
    return np.asarray(noise / np.maximum(speech, np.finfo(np.float32).tiny), np.float32)


def masked(power: Floats, is_voiced: NDArray[np.bool_], shares: Floats) -> Floats:
    """Return `power`, shape (frames, bands), of a voice with noise: `shares` of the mean power of its voiced frames."""
    return np.asarray(power + shares * power[is_voiced].mean(axis=0), np.float32)
