"""silero-vad by its own loop: for releases whose model this house does not know. Slower, and it loads torch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from captioner.speech.model import FRAME, SAMPLE_RATE
from captioner.values import Samples


class TorchSilero:
    """The installed silero-vad at the beginning of a stream, whatever its release."""

    def __init__(self) -> None:
        # Importing silero_vad has torch compute on one core from then on, for everybody.
        with _one_core(), warnings.catch_warnings():
            from silero_vad import load_silero_vad

            warnings.simplefilter("ignore", DeprecationWarning)  # how the package loads its model is its own affair
            self.model = load_silero_vad()

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """See `SpeechModel.probabilities`."""
        import torch

        if len(samples) % FRAME:
            raise ValueError(f"{len(samples)} samples are not whole frames of {FRAME}")
        frames = torch.from_numpy(samples.copy()).reshape(-1, FRAME)
        with torch.inference_mode(), _one_core():
            return np.array([self.model(frame, SAMPLE_RATE).item() for frame in frames], np.float32)


@contextmanager
def _one_core() -> Iterator[None]:
    """A frame is too short to be worth sharing: on two cores it takes longer. Afterwards torch is as it was."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
