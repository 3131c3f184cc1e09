"""silero-vad through the package's own code, for releases whose weights captioner does not know: slower, with torch."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from captioner.speech.speech_model import FRAME, SAMPLE_RATE, Tensor
from captioner.values import Samples

if TYPE_CHECKING:
    import torch


class TorchSilero:
    """Any installed release of silero-vad, at the beginning of a stream."""

    def __init__(self) -> None:
        # Importing silero_vad limits torch to one core for the whole process; _one_core undoes that.
        with _one_core(), warnings.catch_warnings():
            from silero_vad import load_silero_vad

            warnings.simplefilter("ignore", DeprecationWarning)  # from the package's way of loading its model
            self.model = load_silero_vad()
        self._amplified_model: Any = None  # while frames in a row are amplified

    def probabilities(self, samples: Samples) -> Tensor:
        """See `SpeechModel.probabilities`."""
        return self.highest_probabilities(samples, samples, np.zeros(len(samples) // FRAME, np.bool_))

    def highest_probabilities(self, samples: Samples, amplified: Samples, where: NDArray[np.bool_]) -> Tensor:
        """See `SpeechModel.highest_probabilities`."""
        import torch

        if len(samples) % FRAME:
            raise ValueError(f"{len(samples)} samples are not whole frames of {FRAME}")
        frames, louder = (torch.from_numpy(one.copy()).reshape(-1, FRAME) for one in (samples, amplified))
        with torch.inference_mode(), _one_core():
            highest = [self._highest(*both) for both in zip(frames, louder, where.tolist(), strict=True)]
        return np.array(highest, np.float32)

    def _highest(self, frame: torch.Tensor, louder: torch.Tensor, amplified: bool) -> float:
        if amplified and self._amplified_model is None:
            self._amplified_model = copy.deepcopy(self.model)  # and its state
        probability = self.model(frame, SAMPLE_RATE).item()
        if amplified:
            return float(max(probability, self._amplified_model(louder, SAMPLE_RATE).item()))
        self._amplified_model = None
        return float(probability)


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
