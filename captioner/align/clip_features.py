"""The acoustic features of a clip: cepstra of each frame, and the cost of each frame in a silence and in speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from captioner.align.mfcc import HOP, Floats, levels, mfcc, split_frames
from captioner.speech_level import speech_threshold
from captioner.values import Audio

LEVEL_STEP = 6.0
"""dB above or below the threshold that cost one unit."""

SILENCE_COST, LOUD_SILENCE_COST = 0.4, 0.6
"""Cost of a quiet frame in a silence; extra cost for each `LEVEL_STEP` above the threshold, up to two of them."""

QUIET_SPEECH_COST = 0.2
"""Cost of a frame of speech for each `LEVEL_STEP` that it lies more than one below the threshold, up to two of them."""

LEAST_SPEECH = 3
"""Frames of speech that a clip needs to be aligned."""


@dataclass(frozen=True)
class ClipFeatures:
    """The features of one clip, with a frame every `HOP` seconds."""

    features: Floats
    """Mel-frequency cepstra and their slopes, shape (frames, 26)."""
    silence_cost: Floats
    """Cost of each frame if it lies in a silence, shape (frames,)."""
    quiet_cost: Floats
    """Extra cost of each frame if it lies in speech, shape (frames,): quiet frames cost more."""
    voiced_seconds: float
    """Seconds of frames above the threshold."""


def clip_features(clip: Audio) -> ClipFeatures | None:
    """Return the features of `clip`, or None if it has less than `LEAST_SPEECH` frames of speech."""
    frames = split_frames(clip.samples, clip.sample_rate)
    level = levels(frames)
    loudness = (level - speech_threshold(level)) / LEVEL_STEP
    voiced = loudness > 0
    if voiced.sum() < LEAST_SPEECH:
        return None
    silence_cost = (SILENCE_COST + LOUD_SILENCE_COST * np.clip(loudness, 0, 2)).astype(np.float32)
    quiet_cost = (QUIET_SPEECH_COST * np.clip(-1 - loudness, 0, 2)).astype(np.float32)
    return ClipFeatures(mfcc(frames, clip.sample_rate, voiced), silence_cost, quiet_cost, float(voiced.sum() * HOP))
