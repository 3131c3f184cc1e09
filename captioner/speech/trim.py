"""Finds the beginning and the end of the speech in a region by its level.

The model's frames are 32 ms long, and it detects the end of speech late, by a time that depends on the codec. The
level shows the end to within 10 ms in every container. So a region is padded generously first and trimmed afterwards.
"""

from __future__ import annotations

import numpy as np

from captioner.levels import speech_threshold
from captioner.speech.model import SAMPLE_RATE
from captioner.values import Samples

_STEP = SAMPLE_RATE // 100  # samples: 10 ms
_LASTING = 2  # steps: a single loud step is a click
_SILENCE = 1e-12  # power of digital silence


def trim(samples: Samples) -> tuple[int, int]:
    """Return the first loud sample and the one after the last, to 10 ms; the whole range if nothing is loud.

    Audio above `captioner.levels.speech_threshold` is loud.
    """
    steps = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    if not len(steps):
        return 0, len(samples)
    levels = 10 * np.log10(np.einsum("ij,ij->i", steps, steps) / _STEP + _SILENCE)
    loud = levels.astype(np.float64) > speech_threshold(levels)
    lasting = np.flatnonzero(np.convolve(loud, np.ones(_LASTING, np.int8), mode="valid") == _LASTING)
    if not len(lasting):
        return 0, len(samples)
    return int(lasting[0]) * _STEP, int(lasting[-1] + _LASTING) * _STEP
