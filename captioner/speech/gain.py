"""The gain for quiet audio, applied to a copy that only the speech model gets.

silero finds speech whose 95th percentile frame has a level of -45 dBFS or more. Whispered and distant speech has -55.
Where nothing was loud for a while, the detector also scores an amplified copy. The model decides by the kind of sound
and not by its level: amplified room noise is still noise.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from captioner.speech.model import FRAME
from captioner.values import Samples

LOOKAHEAD = 16
"""Frames that must follow a frame before its gain is final: half a second, so the gain is gone when a loud voice
begins. With fewer frames, the amplified copy stays loud into the first moments of that voice."""

_HISTORY = 156  # frames, 5 s: longer than most pauses, so that the pauses of an ordinary voice are not amplified
_STEADY = 3  # frames that must be loud in a row, so that a click does not hide a whisper
_RAMP = 8  # frames over which the gain changes; fewer than LOOKAHEAD
_QUIET = -30.0  # dBFS: louder audio gets no gain
_TARGET = -25.0  # dBFS: the level that the loudest frames get, as in ordinary recordings
_MAXIMUM_GAIN = 40.0  # dB
_SILENCE = -120.0  # dBFS of a frame of zeros


def frame_levels(samples: Samples) -> NDArray[np.float32]:
    """Return the level of each frame in dBFS: 0 for a square wave of full scale."""
    frames = samples.reshape(-1, FRAME)
    power = np.einsum("ij,ij->i", frames, frames) / FRAME
    return np.asarray(10 * np.log10(power + np.float32(10 ** (_SILENCE / 10))), np.float32)


class QuietGain:
    """Computes the gain of each frame of one stream from the levels around it, the same for blocks of any size."""

    def __init__(self, lookahead: int = LOOKAHEAD) -> None:
        self._lookahead = lookahead
        # The levels that the next gains depend on; the time before the stream counts as silence.
        self._levels = np.full(_HISTORY + _STEADY - 1, _SILENCE, np.float32)
        self._gains = np.zeros(0, np.float32)  # the last gains before smoothing

    def push(self, levels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the levels of the next frames in dBFS; return the gains that are final now, in dB, 0 or more."""
        self._levels = np.concatenate((self._levels, levels))
        frames = len(self._levels) - (_HISTORY + _STEADY - 1) - self._lookahead
        if frames <= 0:
            return np.zeros(0, np.float32)
        steady = sliding_window_view(self._levels, _STEADY).min(axis=1)
        loudest = sliding_window_view(steady, _HISTORY + 1 + self._lookahead).max(axis=1)
        gains = _gain(loudest)
        before = self._gains if len(self._gains) else np.full(_RAMP - 1, gains[0])
        gains = np.concatenate((before, gains))
        self._levels, self._gains = self._levels[frames:], gains[-(_RAMP - 1) :]
        return np.asarray(sliding_window_view(gains, _RAMP).mean(axis=1), np.float32)

    def flush(self) -> NDArray[np.float32]:
        """Return the gains of the last frames of the stream, at most `lookahead` of them."""
        return self.push(np.full(self._lookahead, _SILENCE, np.float32))


def amplify(samples: Samples, gains: NDArray[np.float32], before: float) -> Samples:
    """Return the frames amplified by their gains in dB, each moving to its gain from that of the frame before.

    `before` is the gain of the frame before the first one.
    """
    factors = 10 ** (np.concatenate(([np.float32(before)], gains)) / 20)
    rise = np.linspace(1 / FRAME, 1, FRAME, dtype=np.float32)
    moving = factors[:-1, None] + np.diff(factors)[:, None] * rise
    return np.asarray(np.clip(samples.reshape(-1, FRAME) * moving, -1, 1), np.float32).reshape(-1)


def _gain(loudest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gain for the loudest level nearby: 0 above `_QUIET`, then rising by 2 dB per dB up to `_TARGET`."""
    return np.asarray(np.clip(np.minimum(2 * (_QUIET - loudest), _TARGET - loudest), 0, _MAXIMUM_GAIN), np.float32)
