"""Clips that a model on this machine cannot recognise: too short, with another sample rate, or without numbers."""

from __future__ import annotations

import numpy as np

from captioner.backends.contract import Recognition
from captioner.values import Audio

SHORTEST = 0.2
"""Seconds: shorter clips are not speech. A model that gets almost no audio still writes text."""

SAMPLE_RATE = 16_000


def result_without_model(clip: Audio, backend: str) -> Recognition | None:
    """Return the result of a clip that the model of `backend` cannot recognise, or None if it can."""
    if clip.duration < SHORTEST:
        return Recognition("empty")
    if clip.sample_rate != SAMPLE_RATE:
        reason = f"the audio has {clip.sample_rate} samples a second, and {backend} needs {SAMPLE_RATE}"
        return Recognition("failed", reason=reason, attempts=0)
    if not np.isfinite(clip.samples).all():
        return Recognition("failed", reason="the audio has samples that are not numbers", attempts=0)
    return None
