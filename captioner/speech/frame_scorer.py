"""The probability of speech and the level of each frame of a stream, for loud and for quiet speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from captioner.speech.gain import LOOKAHEAD, QuietGain, amplify, frame_levels
from captioner.speech.loading import load_speech_model
from captioner.speech.speech_model import FRAME
from captioner.values import Samples

FrameScores = tuple[NDArray[np.float32], NDArray[np.float32]]
"""The probability of speech and the level in dB of each frame."""

_LEAST_GAIN = 6.0  # dB: with less, the amplified copy tells the model nothing new


class FrameScorer:
    """Scores the frames of one stream, each one `lookahead` frames after it was pushed.

    The model gets the audio as it is and, where the audio is quiet, an amplified copy too. The higher probability
    counts. So amplification never loses speech that is found without it.
    """

    def __init__(self, lookahead: int = LOOKAHEAD) -> None:
        self._model = load_speech_model()
        self._quiet = QuietGain(lookahead)
        self._pending = np.zeros(0, np.float32)  # samples whose gain is not known yet
        self._levels = np.zeros(0, np.float32)  # of the frames among them
        self._gain = 0.0  # dB, of the last scored frame

    def push(self, samples: Samples) -> FrameScores:
        """Take the next whole frames; return the scores that are final now."""
        self._pending = np.concatenate((self._pending, samples))
        levels = frame_levels(samples)
        self._levels = np.concatenate((self._levels, levels))
        return self._score(self._quiet.push(levels))

    def flush(self) -> FrameScores:
        """Return the scores of the last frames at the end of the stream."""
        return self._score(self._quiet.flush())

    def _score(self, gains: NDArray[np.float32]) -> FrameScores:
        frames = len(gains)
        samples, self._pending = np.split(self._pending, [frames * FRAME])
        levels, self._levels = np.split(self._levels, [frames])
        quiet = gains > _LEAST_GAIN
        amplified = amplify(samples, gains, self._gain) if quiet.any() else samples
        self._gain = float(gains[-1]) if frames else self._gain
        return self._model.highest_probabilities(samples, amplified, quiet), levels + gains
