"""The level above which audio counts as speech: one rule for trimming regions and for aligning words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_DYNAMIC_RANGE = 50.0  # dB below the voice; everything quieter counts as background
_LEAST_RISE = 8.0  # dB above the background
_SHARE = 0.3  # of the way from the background up to the voice


def speech_threshold(levels: NDArray[np.floating[Any]]) -> float:
    """The level above which a frame counts as speech, given the level of each frame in dB, shape (frames,).

    It is above the background by 8 dB, or by three tenths of the distance to the voice if that is more. Background and
    voice are the 5th and the 95th percentile.
    """
    background, voice = np.percentile(levels, [5, 95])
    background = max(background, voice - _DYNAMIC_RANGE)
    return float(background + max(_LEAST_RISE, _SHARE * (voice - background)))
