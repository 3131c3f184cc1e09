"""The contract of a speech model: frames of 16 kHz audio in, the probability of speech of each frame out."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from captioner.values import Samples

Tensor = NDArray[np.float32]

SAMPLE_RATE = 16_000
"""Hz, the only sample rate that the model takes."""

FRAME = 512
"""Samples in one frame, the model's unit of time: 32 ms."""


class SpeechModel(Protocol):
    """A model that reads one stream of audio and keeps its state from each call to the next."""

    def probabilities(self, samples: Samples) -> Tensor:
        """Return the probability of speech of each frame, shape (n,), of the next n * FRAME samples of the stream."""
        ...

    def highest_probabilities(self, samples: Samples, amplified: Samples, where: NDArray[np.bool_]) -> Tensor:
        """Return the higher of the probabilities in the next samples and in an amplified copy of them.

        The copy counts in the frames `where`, shape (n,). At the first of such frames in a row, the state is the one
        that the samples before it left.
        """
        ...
