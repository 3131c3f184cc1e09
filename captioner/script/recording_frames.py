"""The speech of a recording in coarse frames: few enough numbers to hold those of hours, enough to find a text in.

A frame is the mean of `STEP` frames of the aligner. An hour of speech takes 11 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.clip_features import SILENCE_COST, clip_features
from captioner.align.mfcc import HOP, Floats
from captioner.align.viterbi import Indices
from captioner.values import Audio

STEP = 4
"""Frames of the aligner in a coarse frame."""

FRAME = STEP * HOP
"""Seconds of a coarse frame."""

SHORTEST_PAUSE = 0.1
"""Seconds between two regions in which no word can lie. Less is between the parts of a region that was too long."""


@dataclass(frozen=True)
class RecordingFrames:
    """The coarse frames of all speech regions, one after the other."""

    features: Floats
    """Cepstra and their slopes, normalised over each region, shape (frames, 26)."""
    silence_cost: Floats
    """Cost of each frame if it lies in a silence, shape (frames,)."""
    quiet_cost: Floats
    """Extra cost of each frame if it lies in speech, shape (frames,)."""
    is_voiced: NDArray[np.bool_]
    """Whether each frame is louder than the background, shape (frames,)."""
    times: NDArray[np.float64]
    """Seconds at which each frame begins, shape (frames,)."""
    regions: Indices
    """The number of the region of each frame, shape (frames,)."""
    ends_region: NDArray[np.bool_]
    """Whether a pause follows each frame: the end of a region, shape (frames,)."""

    @property
    def voiced_seconds(self) -> float:
        return float(self.is_voiced.sum() * FRAME)


@dataclass(frozen=True)
class _RegionFrames:
    features: Floats
    silence_cost: Floats
    quiet_cost: Floats
    start: float
    end: float
    number: int


class FrameCollector:
    """Makes the coarse frames of regions that come one by one; it holds none of their audio."""

    def __init__(self) -> None:
        self._regions: list[_RegionFrames] = []
        self._count = 0

    def add(self, clip: Audio) -> None:
        """Add the next region. One with hardly any speech has no frames."""
        features = clip_features(clip)
        if features is not None:
            self._regions.append(
                _RegionFrames(
                    _coarse(features.features),
                    _coarse(features.silence_cost),
                    _coarse(features.quiet_cost),
                    clip.start,
                    clip.end,
                    self._count,
                )
            )
        self._count += 1

    def recording(self) -> RecordingFrames | None:
        """Return the frames of all regions; None if there are none."""
        regions = self._regions
        if not regions:
            return None
        followers = [*(region.start for region in regions[1:]), np.inf]
        ends = [
            np.arange(len(region.features), 0, -1) == 1
            if after - region.end >= SHORTEST_PAUSE
            else np.zeros(len(region.features), bool)
            for region, after in zip(regions, followers, strict=True)
        ]
        silence_cost = np.concatenate([region.silence_cost for region in regions])
        return RecordingFrames(
            features=np.concatenate([region.features for region in regions]),
            silence_cost=silence_cost,
            quiet_cost=np.concatenate([region.quiet_cost for region in regions]),
            is_voiced=silence_cost > SILENCE_COST,
            times=np.concatenate([region.start + FRAME * np.arange(len(region.features)) for region in regions]),
            regions=np.repeat([region.number for region in regions], [len(region.features) for region in regions]),
            ends_region=np.concatenate(ends),
        )


def _coarse(values: NDArray[np.generic]) -> Floats:
    """Return the mean of every `STEP` values; of fewer values their mean."""
    count = max(1, len(values) // STEP)
    blocks = values[: count * STEP].reshape(count, -1, *values.shape[1:])
    return np.asarray(blocks.mean(axis=1), np.float32)
