"""silero-vad through the package's own code, for releases whose weights captioner does not know: slower, with torch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from captioner.speech.model import FRAME, SAMPLE_RATE
from captioner.values import Samples


class TorchSilero:
    """Any installed release of silero-vad, at the beginning of a stream."""

    def __init__(self) -> None:
        # Importing silero_vad limits torch to one core for the whole process; _one_core undoes that.
        with _one_core(), warnings.catch_warnings():
            from silero_vad import load_silero_vad

            warnings.simplefilter("ignore", DeprecationWarning)  # from the package's way of loading its model
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
    """Limit torch to one core inside the block: a frame is so short that two cores take longer than one."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
