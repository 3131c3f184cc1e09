"""A clip as the aligners hear it: what tells its frames apart, and what each costs in a silence and outside of one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from captioner.align.mfcc import HOP, Floats, frames, levels, mfcc, threshold
from captioner.values import Audio

SILENT, LOUD, STEP = 0.4, 0.6, 6.0
"""Cost of a quiet frame in a silence, and what each `STEP` dB above the threshold add to it, up to two of them."""

HUSHED = 0.2
"""Cost of a frame said, for each `STEP` dB that it lies more than one under the threshold, up to two of them."""


@dataclass(frozen=True)
class ClipFeatures:
    """A clip's `features`, shape (frames, 26); what each frame costs, in a silence and at the least outside of one; and
    how many seconds of it are `voiced`.
    """

    features: Floats
    silent: Floats
    hushed: Floats
    voiced: float


def clip_features(clip: Audio) -> ClipFeatures | None:
    """None for a clip in which there is too little to follow."""
    framed = frames(clip.samples, clip.sample_rate)
    level = levels(framed)
    loudness = (level - threshold(level)) / STEP
    voiced = loudness > 0
    if voiced.sum() < 3:
        return None
    silent = (SILENT + LOUD * np.clip(loudness, 0, 2)).astype(np.float32)
    hushed = (HUSHED * np.clip(-1 - loudness, 0, 2)).astype(np.float32)
    return ClipFeatures(mfcc(framed, clip.sample_rate, voiced), silent, hushed, float(voiced.sum() * HOP))
