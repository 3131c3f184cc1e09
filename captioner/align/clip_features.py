"""The acoustic features of a clip: cepstra, noise, and the cost of each frame in a silence and in speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import HOP, Floats, Scale, cepstra_of, levels, mel_power, normalised_mfcc, split_frames
from captioner.align.noise_mask import noise_shares
from captioner.speech_level import speech_threshold
from captioner.values import Audio, Span

LEAST_RISE = 4.0
"""dB above the background of a frame of speech. With noise 10 dB below it, the weaker half of the speech is less than
8 dB above the noise. Chosen on two readers of English.
"""

LEVEL_STEP = 6.0
"""dB above or below the threshold that cost one unit."""

SILENCE_COST, LOUD_SILENCE_COST = 0.4, 0.6
"""Cost of a quiet frame in a silence; extra cost for each `LEVEL_STEP` above the threshold, up to two of them."""

QUIET_SPEECH_COST = 0.2
"""Cost of a frame of speech for each `LEVEL_STEP` that it lies more than one below the threshold, up to two of them."""

KNOWN_SILENCE_COST = 4.0
"""Cost of a frame of speech in a stretch that is known to be silent."""

PASSED_OVER_COST = 0.3
"""Cost of a frame in a silence where the backend has no words. A frame of speech costs 0.35 where the text matches."""

LEAST_SPEECH = 3
"""Frames of speech that a clip needs to be aligned."""


@dataclass(frozen=True)
class ClipFeatures:
    """The features of one clip, with a frame every `HOP` seconds."""

    features: Floats
    """Mel-frequency cepstra and their slopes, normalised over the clip, shape (frames, 26)."""
    cepstra: Floats
    """The cepstra as they are, shape (frames, 13)."""
    is_voiced: NDArray[np.bool_]
    """Whether each frame is above the threshold, shape (frames,)."""
    noise: Floats
    """The power of the noise relative to that of the speech in each mel band, shape (bands,)."""
    silence_cost: Floats
    """Cost of each frame if it lies in a silence, shape (frames,)."""
    quiet_cost: Floats
    """Extra cost of each frame if it lies in speech, shape (frames,): quiet frames cost more."""

    @property
    def voiced_seconds(self) -> float:
        """Seconds of frames above the threshold."""
        return float(self.is_voiced.sum() * HOP)


def without_text(clip: ClipFeatures, has_text: NDArray[np.bool_]) -> ClipFeatures:
    """Return a clip in which speech may be passed over more cheaply than silence, except where it `has_text`.

    None of that speech counts as voiced, unless too little is left.
    """
    is_voiced = clip.is_voiced & has_text
    if is_voiced.sum() < LEAST_SPEECH:
        return clip
    silence_cost = np.where(has_text, clip.silence_cost, PASSED_OVER_COST).astype(np.float32)
    return replace(clip, is_voiced=is_voiced, silence_cost=silence_cost)


def clip_features(clip: Audio, silences: Sequence[Span] = ()) -> ClipFeatures | None:
    """Return the features of `clip`, or None if it has less than `LEAST_SPEECH` frames of speech.

    No frame inside the `silences` counts as speech.
    """
    frames = split_frames(clip.samples, clip.sample_rate)
    level = levels(frames)
    is_silent = _frames_inside(silences, clip, len(frames))
    loudness = (level - speech_threshold(level, LEAST_RISE)) / LEVEL_STEP
    is_voiced = (loudness > 0) & ~is_silent
    if is_voiced.sum() < LEAST_SPEECH:
        return None
    silence_cost = (SILENCE_COST + LOUD_SILENCE_COST * np.clip(loudness, 0, 2)).astype(np.float32)
    quiet_cost = (QUIET_SPEECH_COST * np.clip(-1 - loudness, 0, 2)).astype(np.float32)
    silence_cost[is_silent], quiet_cost[is_silent] = 0.0, KNOWN_SILENCE_COST
    power = mel_power(frames, clip.sample_rate)
    cepstra = cepstra_of(power)
    return ClipFeatures(
        features=normalised_mfcc(cepstra, Scale.of(cepstra[is_voiced])),
        cepstra=cepstra,
        is_voiced=is_voiced,
        noise=noise_shares(power, level, is_voiced),
        silence_cost=silence_cost,
        quiet_cost=quiet_cost,
    )


def _frames_inside(spans: Sequence[Span], clip: Audio, count: int) -> NDArray[np.bool_]:
    """Return whether each of the clip's `count` frames lies in one of the `spans`, shape (count,)."""
    inside = np.zeros(count, bool)
    for span in spans:
        first, last = (max(0, round((time - clip.start) / HOP)) for time in (span.start, span.end))
        inside[first:last] = True
    return inside
