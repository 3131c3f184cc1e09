"""The level above which audio counts as speech: one rule for trimming regions and for aligning words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_DYNAMIC_RANGE = 50.0  # dB below the voice; everything quieter counts as background
_LEAST_RISE = 8.0  # dB above the background, at which speech begins and ends
_SHARE = 0.3  # of the way from the background up to the voice


def background_and_voice(levels: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Return the levels of background and voice in dB, given the level of each frame, shape (frames,).

    They are the 5th and the 95th percentile; the background is at most 50 dB below the voice.
    """
    background, voice = np.percentile(levels, [5, 95])
    return max(background, voice - _DYNAMIC_RANGE), voice


def threshold_between(background: float, voice: Any, least_rise: float = _LEAST_RISE) -> Any:
    """Return the level above which a frame counts as speech, for one voice or an array of them.

    It is `least_rise` dB above the background, or three tenths of the way up to the voice if that is more.
    """
    return background + np.maximum(least_rise, _SHARE * (voice - background))


def speech_threshold(levels: NDArray[np.floating[Any]], least_rise: float = _LEAST_RISE) -> float:
    """Return the level above which a frame counts as speech, given the level of each frame in dB, shape (frames,)."""
    return float(threshold_between(*background_and_voice(levels), least_rise))
