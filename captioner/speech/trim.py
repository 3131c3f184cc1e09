"""Where the speech in a region begins and ends, by its level.

The detector's frames are 32 ms long, and it detects the end of speech late, by a time that depends on the codec. The
level shows the end to within 10 ms in every container. So a region is padded generously first and trimmed afterwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from captioner.speech.speech_model import FRAME, SAMPLE_RATE
from captioner.speech.windows import sliding_maximum
from captioner.speech_level import background_and_voice, threshold_between
from captioner.values import Samples

_STEP = SAMPLE_RATE // 100  # samples: 10 ms
_LASTING = 2  # steps: a single loud step is a click
_SILENCE = 1e-12  # power of digital silence
_NEAR = 25  # steps: 0.25 s, in which a quiet voice is measured by itself and not by a loud one beside it


def trim(samples: Samples, speech: NDArray[np.bool_], offset: int = 0) -> tuple[int, int]:
    """Return the first loud sample and the one after the last, to 10 ms; the whole range if nothing is loud.

    A step is loud if it exceeds `threshold_between` background and voice. In frames that are `speech` by the detector,
    the loudest step within 0.25 s counts as the voice if it is quieter. The samples begin `offset` samples after the
    first frame of `speech`.
    """
    steps = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    if not len(steps):
        return 0, len(samples)
    levels = 10 * np.log10(np.einsum("ij,ij->i", steps, steps) / _STEP + _SILENCE)
    background, voice = background_and_voice(levels)
    detected = speech[(offset + _STEP // 2 + np.arange(len(steps)) * _STEP) // FRAME]
    edge = np.full(_NEAR, -np.inf)
    nearby = sliding_maximum(np.concatenate((edge, levels, edge)), 2 * _NEAR + 1)
    voices = np.where(detected, np.minimum(nearby, voice), voice)
    loud = levels.astype(np.float64) > threshold_between(background, voices)
    lasting = np.flatnonzero(np.convolve(loud, np.ones(_LASTING, np.int8), mode="valid") == _LASTING)
    if not len(lasting):
        return 0, len(samples)
    return int(lasting[0]) * _STEP, int(lasting[-1] + _LASTING) * _STEP
