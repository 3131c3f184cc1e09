"""How likely each frame of a stream is speech, loud or quiet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from captioner.speech.gain import LOOKAHEAD, QuietGain, amplify, frame_levels
from captioner.speech.loading import load_speech_model
from captioner.speech.model import FRAME, SpeechModel
from captioner.values import Samples

FrameScores = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Probability of speech and level in dB of each frame."""


class SpeechDetector:
    """Judges one stream, each frame half a second (`level.AHEAD`) after it was pushed, or so many frames `ahead`.

    The sound is judged as it is and, where it is quiet, lifted as well; the likelier counts. So speech of an ordinary
    level is found just as the model finds it, whatever the level step does in the pauses.
    """

    def __init__(self, lookahead: int = LOOKAHEAD) -> None:
        self._model = load_speech_model()
        self._lifted_model: SpeechModel | None = None
        self._quiet = QuietGain(lookahead)
        self._waiting = np.zeros(0, np.float32)  # samples whose gain is not settled
        self._levels = np.zeros(0, np.float32)  # of the frames among them
        self._gain = 0.0  # dB, of the last frame judged

    def push(self, samples: Samples) -> FrameScores:
        """What is settled by the next whole frames."""
        self._waiting = np.concatenate((self._waiting, samples))
        levels = frame_levels(samples)
        self._levels = np.concatenate((self._levels, levels))
        return self._judge(self._quiet.push(levels))

    def flush(self) -> FrameScores:
        """What is left at the end of the stream."""
        return self._judge(self._quiet.flush())

    def _judge(self, gains: NDArray[np.float32]) -> FrameScores:
        frames = len(gains)
        samples, self._waiting = np.split(self._waiting, [frames * FRAME])
        levels, self._levels = np.split(self._levels, [frames])
        probabilities = self._model.probabilities(samples)
        quiet = gains > 0
        if quiet.any():
            self._lifted_model = self._lifted_model or load_speech_model()
            lifted = amplify(samples, gains, self._gain).reshape(-1, FRAME)[quiet].reshape(-1)
            probabilities[quiet] = np.maximum(probabilities[quiet], self._lifted_model.probabilities(lifted))
        self._gain = float(gains[-1]) if frames else self._gain
        return probabilities, levels + gains
