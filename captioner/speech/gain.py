"""The gain for quiet audio, applied to a copy that only the speech model gets.

silero finds speech whose 95th percentile frame has a level of -45 dBFS or more. Whispered and distant speech has -55.
So the detector also scores an amplified copy. The model decides by the kind of sound and not by its level: amplified
room noise is still noise.

The gain of a frame is the higher of two. One follows the loudest sound of the last five seconds: it lifts a recording
that is quiet throughout, its pauses too. The other follows the sound of a few tenths of a second: it lifts a quiet
answer right after a loud sentence. It lifts only what stands out from the background, so not the pauses of a loud
voice.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from captioner.speech.speech_model import FRAME
from captioner.speech.windows import sliding_maximum, sliding_minimum
from captioner.values import Samples

Levels = NDArray[np.float32]
"""A level or a gain in dB for each frame."""

LOOKAHEAD = 16
"""Frames that must follow a frame before its gain is final: half a second, so the gain is gone when a loud voice
begins. With fewer frames, the amplified copy stays loud into the first moments of that voice."""

# Times below are in frames of 32 ms.
_STEADY = 3  # that must be loud in a row, so that a click does not hide a whisper
_LONG_BEFORE = 156  # 5 s: longer than most pauses, so that the pauses of an ordinary voice are not amplified
_LONG_RAMP = 8  # over which the long gain changes; fewer than LOOKAHEAD
_SHORT_BEFORE = 4  # the short gain begins 0.13 s after a loud voice ends; with 12 frames, short answers are lost
_SHORT_AHEAD = 10  # the short gain is gone before a loud voice begins, and before its first weak frame
_AUDIBLE_BEFORE = 1  # hardly any, so that the reverberation after a voice gets no gain
_AUDIBLE_AHEAD = 8  # the model has settled when a quiet voice begins
_FLOOR_BEFORE = 156  # 5 s, in which nearly every voice pauses
_FLOOR_STEADY = 2  # that must be quiet in a row to count as background

_QUIET = -30.0  # dBFS: louder audio gets no gain
_TARGET = -25.0  # dBFS: the level that the loudest frames get, as in ordinary recordings
_MAXIMUM_GAIN = 40.0  # dB
_RISE = (6.0, 12.0)  # dB above the background: at the first the short gain begins, at the second it is complete
_SILENCE = -120.0  # dBFS of a frame of zeros, which says nothing about the background

_PAST = _LONG_BEFORE + _STEADY - 1  # frames before a frame that its gain depends on


def frame_levels(samples: Samples) -> Levels:
    """Return the level of each frame in dBFS: 0 for a square wave of full scale."""
    frames = samples.reshape(-1, FRAME)
    power = np.einsum("ij,ij->i", frames, frames) / FRAME
    return np.asarray(10 * np.log10(power + np.float32(10 ** (_SILENCE / 10))), np.float32)


class QuietGain:
    """Computes the gain of each frame of one stream from the levels around it, the same for blocks of any size."""

    def __init__(self, lookahead: int = LOOKAHEAD) -> None:
        self._lookahead = lookahead
        # The levels that the next gains depend on; the time before the stream counts as silence.
        self._levels = np.full(_PAST, _SILENCE, np.float32)
        self._long_gains = np.zeros(0, np.float32)  # the last ones before smoothing

    def push(self, levels: Levels) -> Levels:
        """Take the levels of the next frames in dBFS; return the gains that are final now, in dB, 0 or more."""
        self._levels = np.concatenate((self._levels, levels))
        frames = len(self._levels) - _PAST - self._lookahead
        if frames <= 0:
            return np.zeros(0, np.float32)
        steady = sliding_minimum(self._levels, _STEADY)
        gains = np.maximum(self._long_gain(steady), self._short_gain(steady))
        self._levels = self._levels[frames:]
        return gains

    def flush(self) -> Levels:
        """Return the gains of the last frames of the stream, at most `lookahead` of them."""
        return self.push(np.full(self._lookahead, _SILENCE, np.float32))

    def _long_gain(self, steady: Levels) -> Levels:
        """Return the gain for the loudest sound of the last seconds."""
        gains = _gain(self._loudest(steady, _LONG_BEFORE, self._lookahead))
        before = self._long_gains if len(self._long_gains) else np.full(_LONG_RAMP - 1, gains[0])
        gains = np.concatenate((before, gains))
        self._long_gains = gains[1 - _LONG_RAMP :]
        return np.asarray(sliding_window_view(gains, _LONG_RAMP).mean(axis=1), np.float32)

    def _short_gain(self, steady: Levels) -> Levels:
        """Return the gain for the loudest sound close to each frame, as far as sound stands out from the background."""
        loudest = self._loudest(steady, _SHORT_BEFORE, _SHORT_AHEAD)
        audible = self._loudest(steady, _AUDIBLE_BEFORE, _AUDIBLE_AHEAD)
        calm = sliding_maximum(self._levels, _FLOOR_STEADY)
        calm = np.where(calm > _SILENCE + 1, calm, np.float32(0))
        floor = -self._loudest(-calm, _FLOOR_BEFORE, self._lookahead)
        share = np.clip((audible - floor - _RISE[0]) / (_RISE[1] - _RISE[0]), 0, 1)
        return np.asarray(_gain(loudest) * share, np.float32)

    def _loudest(self, levels: Levels, before: int, ahead: int) -> Levels:
        """Return the maximum from `before` frames before to `ahead` frames after each of the next frames.

        The last of the levels belongs to the last known frame, `lookahead` frames after the last of the next frames.
        """
        frames = len(self._levels) - _PAST - self._lookahead
        ahead = min(ahead, self._lookahead)
        end = len(levels) - self._lookahead + ahead
        return sliding_maximum(levels[end - frames - before - ahead : end], before + 1 + ahead)


def amplify(samples: Samples, gains: Levels, before: float) -> Samples:
    """Return the frames amplified by their gains in dB, each moving to its gain from that of the frame before.

    `before` is the gain of the frame before the first one.
    """
    frames = samples.reshape(-1, FRAME).copy()
    factors = 10 ** (np.concatenate(([np.float32(before)], gains)) / 20)
    changed = (factors[:-1] != 1) | (factors[1:] != 1)
    rise = np.linspace(1 / FRAME, 1, FRAME, dtype=np.float32)
    moving = factors[:-1][changed, None] + np.diff(factors)[changed, None] * rise
    frames[changed] = np.clip(frames[changed] * moving, -1, 1)
    return frames.reshape(-1)


def _gain(loudest: Levels) -> Levels:
    """Return the gain for the loudest level nearby: 0 above `_QUIET`, then rising by 2 dB per dB up to `_TARGET`."""
    return np.asarray(np.clip(np.minimum(2 * (_QUIET - loudest), _TARGET - loudest), 0, _MAXIMUM_GAIN), np.float32)
