"""The probability of speech and the level of each frame of a stream, for loud and for quiet speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from captioner.speech.gain import LOOKAHEAD, QuietGain, amplify, frame_levels
from captioner.speech.loading import load_speech_model
from captioner.speech.model import FRAME, SpeechModel
from captioner.values import Samples

FrameScores = tuple[NDArray[np.float32], NDArray[np.float32]]
"""The probability of speech and the level in dB of each frame."""


class SpeechDetector:
    """Scores the frames of one stream, each one `lookahead` frames after it was pushed.

    The model gets the audio as it is and, where the audio is quiet, an amplified copy too. The higher probability
    counts. So amplification never changes where speech of ordinary level is found.
    """

    def __init__(self, lookahead: int = LOOKAHEAD) -> None:
        self._model = load_speech_model()
        self._amplified_model: SpeechModel | None = None
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
        probabilities = self._model.probabilities(samples)
        quiet = gains > 0
        if quiet.any():
            self._amplified_model = self._amplified_model or load_speech_model()
            amplified = amplify(samples, gains, self._gain).reshape(-1, FRAME)[quiet].reshape(-1)
            probabilities[quiet] = np.maximum(probabilities[quiet], self._amplified_model.probabilities(amplified))
        self._gain = float(gains[-1]) if frames else self._gain
        return probabilities, levels + gains
