"""silero-vad by its own loop: for releases whose model this house does not know. Slower, and it loads torch."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from captioner.speech.silero import FRAME, SAMPLE_RATE
from captioner.values import Samples


class PackagedSilero:
    """The installed silero-vad at the beginning of a stream, whatever its release."""

    def __init__(self) -> None:
        import torch

        threads = torch.get_num_threads()
        from silero_vad import load_silero_vad

        torch.set_num_threads(threads)  # which importing silero_vad has set to one, for everybody
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # how the package loads its model is its own affair
            self.model = load_silero_vad()

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """See `SpeechModel.probabilities`."""
        import torch

        if len(samples) % FRAME:
            raise ValueError(f"{len(samples)} samples are not whole frames of {FRAME}")
        frames = torch.from_numpy(samples.copy()).reshape(-1, FRAME)
        with torch.inference_mode():
            return np.array([self.model(frame, SAMPLE_RATE).item() for frame in frames], np.float32)
