"""Where the sound of a region really begins and ends, by its level.

The detector's frames are 32 ms apart and it hears an end late, by how much hangs on the codec. The level tells within
10 ms, whatever the container, so a region is padded generously first and then trimmed to what is loud.
"""

from __future__ import annotations

import numpy as np

from captioner.speech.model import SAMPLE_RATE
from captioner.values import Samples

_STEP = SAMPLE_RATE // 100  # samples: 10 ms
_LASTING = 2  # steps: a single loud one is a click
_SILENCE = 1e-12  # power of digital silence
_RANGE = 50.0  # dB below the voice; what is quieter is all the same
_NEAR = 8.0  # dB above the background at least
_SHARE = 0.3  # of the way from the background up to the voice


def trim(samples: Samples) -> tuple[int, int]:
    """The first loud sample and the one after the last, to 10 ms; all of it where nothing stands out.

    Loud is what lies 8 dB, or three tenths of the way up to the voice, above the background: the 5th and the 95th
    percentile of the level.
    """
    steps = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    if not len(steps):
        return 0, len(samples)
    levels = 10 * np.log10(np.einsum("ij,ij->i", steps, steps) / _STEP + _SILENCE)
    background, voice = np.percentile(levels, [5, 95])
    background = max(background, voice - _RANGE)
    loud = levels > background + max(_NEAR, _SHARE * (voice - background))
    lasting = np.flatnonzero(np.convolve(loud, np.ones(_LASTING, np.int8), mode="valid") == _LASTING)
    if not len(lasting):
        return 0, len(samples)
    return int(lasting[0]) * _STEP, int(lasting[-1] + _LASTING) * _STEP
