"""The speech of a recording in coarse frames: few enough numbers to hold those of hours, enough to find a text in.

A frame is the mean of `STEP` frames of the aligner. An hour of speech takes 11 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.clip_features import clip_features
from captioner.align.mfcc import HOP, Floats
from captioner.align.viterbi import Indices
from captioner.values import Audio

STEP = 4
"""Frames of the aligner in a coarse frame."""

FRAME = STEP * HOP
"""Seconds of a coarse frame."""

NORMALISED_OVER = 15.0
"""Seconds of speech around a region over which its cepstra are normalised: most likely those of one speaker."""

SHORTEST_PAUSE = 0.1
"""Seconds between two regions in which no word can lie. Less is between the parts of a region that was too long."""


@dataclass(frozen=True)
class RecordingFrames:
    """The coarse frames of all speech regions, one after the other."""

    features: Floats
    """Cepstra and their slopes, normalised over the speech around, shape (frames, 26)."""
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
    noise: Floats
    """The power of the noise relative to that of the speech in each mel band, shape (bands,)."""

    @property
    def voiced_seconds(self) -> float:
        return float(self.is_voiced.sum() * FRAME)


@dataclass(frozen=True)
class _RegionFrames:
    cepstra: Floats
    slopes: Floats
    silence_cost: Floats
    quiet_cost: Floats
    is_voiced: NDArray[np.bool_]
    noise: Floats
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
                    _coarse(features.cepstra),
                    _coarse(np.gradient(features.cepstra, axis=0)),
                    _coarse(features.silence_cost),
                    _coarse(features.quiet_cost),
                    _coarse(features.is_voiced) >= 0.5,
                    features.noise,
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
            np.arange(len(region.cepstra), 0, -1) == 1
            if after - region.end >= SHORTEST_PAUSE
            else np.zeros(len(region.cepstra), bool)
            for region, after in zip(regions, followers, strict=True)
        ]
        voiced = np.array([region.is_voiced.sum() for region in regions])
        noise = np.average([region.noise for region in regions], axis=0, weights=voiced + 1)
        return RecordingFrames(
            features=_normalised(regions),
            silence_cost=np.concatenate([region.silence_cost for region in regions]),
            quiet_cost=np.concatenate([region.quiet_cost for region in regions]),
            is_voiced=np.concatenate([region.is_voiced for region in regions]),
            times=np.concatenate([region.start + FRAME * np.arange(len(region.cepstra)) for region in regions]),
            regions=np.repeat([region.number for region in regions], [len(region.cepstra) for region in regions]),
            ends_region=np.concatenate(ends),
            noise=np.asarray(noise, np.float32),
        )


def _coarse(values: NDArray[np.generic]) -> Floats:
    """Return the mean of every `STEP` values; of fewer values their mean."""
    count = max(1, len(values) // STEP)
    blocks = values[: count * STEP].reshape(count, -1, *values.shape[1:])
    return np.asarray(blocks.mean(axis=1), np.float32)


def _normalised(regions: list[_RegionFrames]) -> Floats:
    """Return cepstra and slopes, scaled by the mean and deviation of the speech around each region."""
    voiced = [region.cepstra[region.is_voiced].astype(float) for region in regions]
    counts = np.cumsum([0, *map(len, voiced)])
    sums = np.cumsum([np.zeros(13), *(frames.sum(axis=0) for frames in voiced)], axis=0)
    squares = np.cumsum([np.zeros(13), *((frames**2).sum(axis=0) for frames in voiced)], axis=0)
    features = []
    for number, region in enumerate(regions):
        low, high = _neighbourhood(number, counts, round(NORMALISED_OVER / FRAME))
        count = max(int(counts[high] - counts[low]), 1)
        mean = (sums[high] - sums[low]) / count
        deviation = np.sqrt(np.maximum((squares[high] - squares[low]) / count - mean**2, 1e-6))
        features.append(np.hstack(((region.cepstra - mean) / deviation, region.slopes / deviation)))
    return np.asarray(np.concatenate(features), np.float32)


def _neighbourhood(number: int, counts: NDArray[np.intp], frames: int) -> tuple[int, int]:
    """Return the range of regions around `number` with at least `frames` frames of speech, or all of them."""
    low, high = number, number + 1
    while counts[high] - counts[low] < frames and (low > 0 or high < len(counts) - 1):
        low, high = max(0, low - 1), min(len(counts) - 1, high + 1)
    return low, high
