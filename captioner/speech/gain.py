"""The level step: by how much the sound is lifted for the detector, and for nobody else.

silero finds speech whose 95th percentile frame lies at -45 dBFS or above; whispered and far-away speech lies at -55.
Where nothing loud was heard for a while, a lifted copy of the sound is judged too. What is found in it is told by how
it sounds and not by how loud it is: the noise of a room, lifted, is noise still.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from captioner.speech.model import FRAME
from captioner.values import Samples

LOOKAHEAD = 16
"""Frames heard before a frame's gain is settled, half a second: it is gone when a loud voice sets in. Who cannot wait
so long lets a gain last into the first moments of a loud voice, in the lifted copy alone."""

_BEHIND = 156  # frames, 5 s: longer than most pauses, so that those of an ordinary voice stay as they are
_STEADY = 3  # frames a sound must last to count as loud, so that a click does not hide a whisper
_RAMP = 8  # frames over which the gain moves; fewer than AHEAD
_QUIET = -30.0  # dBFS: what is louder needs no help
_TARGET = -25.0  # dBFS: where the loudest frames are lifted to, as in ordinary recordings
_MOST = 40.0  # dB
_SILENCE = -120.0  # dBFS of a frame of zeros


def frame_levels(samples: Samples) -> NDArray[np.float32]:
    """The level of each frame in dBFS: 0 for a square wave of full scale."""
    frames = samples.reshape(-1, FRAME)
    power = np.einsum("ij,ij->i", frames, frames) / FRAME
    return np.asarray(10 * np.log10(power + np.float32(10 ** (_SILENCE / 10))), np.float32)


class QuietGain:
    """Settles the gain of each frame of one stream. Pure: from levels to gains, the same for any size of block."""

    def __init__(self, lookahead: int = LOOKAHEAD) -> None:
        self._ahead = lookahead
        # The levels that the next gains hang on; silence stands for what was before the stream.
        self._levels = np.full(_BEHIND + _STEADY - 1, _SILENCE, np.float32)
        self._gains = np.zeros(0, np.float32)  # the last ones before they were smoothed

    def push(self, levels: NDArray[np.float32]) -> NDArray[np.float32]:
        """The gains in dB, 0 or more, that are settled by the levels in dBFS of the next frames."""
        self._levels = np.concatenate((self._levels, levels))
        frames = len(self._levels) - (_BEHIND + _STEADY - 1) - self._ahead
        if frames <= 0:
            return np.zeros(0, np.float32)
        steady = sliding_window_view(self._levels, _STEADY).min(axis=1)
        loudest = sliding_window_view(steady, _BEHIND + 1 + self._ahead).max(axis=1)
        gains = _gain(loudest)
        before = self._gains if len(self._gains) else np.full(_RAMP - 1, gains[0])
        gains = np.concatenate((before, gains))
        self._levels, self._gains = self._levels[frames:], gains[-(_RAMP - 1) :]
        return np.asarray(sliding_window_view(gains, _RAMP).mean(axis=1), np.float32)

    def flush(self) -> NDArray[np.float32]:
        """The gains of the last frames of the stream, at most as many as are heard ahead."""
        return self.push(np.full(self._ahead, _SILENCE, np.float32))


def amplify(samples: Samples, gains: NDArray[np.float32], before: float) -> Samples:
    """Each frame louder by its gain in dB, into which it moves from that of the frame before it."""
    factors = 10 ** (np.concatenate(([np.float32(before)], gains)) / 20)
    rise = np.linspace(1 / FRAME, 1, FRAME, dtype=np.float32)
    moving = factors[:-1, None] + np.diff(factors)[:, None] * rise
    return np.asarray(np.clip(samples.reshape(-1, FRAME) * moving, -1, 1), np.float32).reshape(-1)


def _gain(loudest: NDArray[np.float32]) -> NDArray[np.float32]:
    """None down to `_QUIET`, then twice what is missing until `_TARGET` is reached."""
    return np.asarray(np.clip(np.minimum(2 * (_QUIET - loudest), _TARGET - loudest), 0, _MOST), np.float32)
