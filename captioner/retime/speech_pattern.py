"""How well cues fit the speech at an offset, as log likelihood ratios against an offset by chance.

A cue that is in time has speech while it is shown, mostly silence in the pause after it, and often starts and ends with
a stretch of speech. Each of these is evidence in any language, so the pattern needs no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from captioner.retime.cue_spans import CueSpans
from captioner.values import Span

STEP = 0.02
"""Seconds between two places of the tables."""

EDGE_SCALE = 0.08
"""Seconds by which the start of a cue differs from that of its speech, as the scale of a Laplace distribution."""

EDGE_SHARE = 0.5
"""The share of cues that start with a stretch of speech; others start within one."""

END_WEIGHT = 0.5
"""The weight of the end of a cue: many cues stay longer than their speech, to be read."""

COVERED = 0.9
"""The share of a cue's time in which there is speech, if the cue is in time."""

PAUSE_COVERED = 0.6
"""How much of its usual share speech has in the pause between two cues."""

COVER_WEIGHT = 1.5
"""How many independent observations the time of one cue is worth."""

Ratings = NDArray[np.float32]
_Values = NDArray[np.float64]


class Feature(NamedTuple):
    """A table of ratings over time, and the rating outside it."""

    table: _Values
    outside: float


@dataclass(frozen=True)
class SpeechPattern:
    """The speech of a recording, or the cues of a file that is in time, as ratings over time in steps of `step`."""

    first: float
    """Seconds at which speech begins."""
    last: float
    """Seconds at which it ends."""
    step: float
    """Seconds between two places."""
    start: Feature
    """How well a cue may start at a place."""
    end: Feature
    """How well a cue may end at a place."""
    cover: Feature
    """How well a cue may be shown at a place."""
    pause: Feature
    """How well no cue may be shown at a place."""

    def coarse(self, factor: int) -> SpeechPattern:
        """Return the pattern in steps `factor` times as long: the best edges of each step, and averages."""
        start, end = (_pooled(feature, factor).max(axis=1) for feature in (self.start, self.end))
        cover, pause = (_pooled(feature, factor).mean(axis=1) for feature in (self.cover, self.pause))
        return SpeechPattern(
            self.first,
            self.last,
            self.step * factor,
            Feature(start, self.start.outside),
            Feature(end, self.end.outside),
            Feature(cover, self.cover.outside),
            Feature(pause, self.pause.outside),
        )

    def rate(self, cues: CueSpans, offsets: _Values) -> Ratings:
        """Return the rating of each cue at each offset in seconds, in the shape (cues, offsets)."""
        edges = (cues.starts, cues.ends, cues.pause_ends)
        starts, ends, pause_ends = (np.rint((edge[:, None] + offsets) / self.step).astype(np.int64) for edge in edges)
        ratings = _at(self.start, starts) + END_WEIGHT * _at(self.end, ends)
        ratings += COVER_WEIGHT * _average(self.cover, starts, ends)
        ratings += cues.pause_weights[:, None] * _average(self.pause, ends, pause_ends)
        return ratings.astype(np.float32)


def speech_pattern(speech: Sequence[Span]) -> SpeechPattern:
    """Return the pattern of stretches of speech, which are in order."""
    starts = np.array([span.start for span in speech])
    ends = np.array([span.end for span in speech])
    first, last = float(starts[0]), float(ends.max())
    size = round(last / STEP) + 2
    extent = max(last - first, 1.0)
    changes = np.zeros(size)
    np.add.at(changes, np.rint(starts / STEP).astype(int), 1)
    np.add.at(changes, np.rint(ends / STEP).astype(int), -1)
    is_speech = np.cumsum(changes) > 0
    density = float(np.clip(is_speech.sum() * STEP / extent, 0.02, 0.98))
    return SpeechPattern(
        first,
        last,
        STEP,
        _edge_feature(starts, extent, size),
        _edge_feature(np.sort(ends), extent, size),
        _log_ratio(is_speech, max(COVERED, (1 + density) / 2), density),
        _log_ratio(is_speech, PAUSE_COVERED * density, density),
    )


def _log_ratio(is_speech: NDArray[np.bool_], share: float, density: float) -> Feature:
    """Return the log likelihood ratio of speech or silence at each place; outside there is silence."""
    silence = float(np.log((1 - share) / (1 - density)))
    return Feature(np.where(is_speech, np.log(share / density), silence), silence)


def _edge_feature(edges: _Values, extent: float, size: int) -> Feature:
    """Return the log likelihood ratio of an edge of a cue at each place, by its distance from the nearest edge.

    By chance the distance is distributed as in a Poisson process of as many edges.
    """
    places = np.arange(size) * STEP
    after = np.searchsorted(edges, places)
    before, after = np.maximum(after - 1, 0), np.minimum(after, len(edges) - 1)
    distances = np.minimum(np.abs(places - edges[before]), np.abs(places - edges[after]))
    density = 2 * len(edges) / extent
    chance = np.maximum(density * np.exp(-density * distances), 1e-3)
    near = np.exp(-distances / EDGE_SCALE) / EDGE_SCALE
    return Feature(np.log(1 - EDGE_SHARE + EDGE_SHARE * near / chance), float(np.log(1 - EDGE_SHARE)))


def _pooled(feature: Feature, factor: int) -> _Values:
    """Return the table in rows of `factor` places."""
    rest = -len(feature.table) % factor
    return np.pad(feature.table, (0, rest), constant_values=feature.outside).reshape(-1, factor)


def _at(feature: Feature, places: NDArray[np.int64]) -> _Values:
    inside = (places >= 0) & (places < len(feature.table))
    return np.where(inside, feature.table[np.clip(places, 0, len(feature.table) - 1)], feature.outside)


def _average(feature: Feature, first: NDArray[np.int64], last: NDArray[np.int64]) -> _Values:
    """Return the averages of the table from `first` to before `last`."""
    sums = np.append(0.0, np.cumsum(feature.table - feature.outside))
    within = sums[np.clip(last, 0, len(sums) - 1)] - sums[np.clip(first, 0, len(sums) - 1)]
    return np.asarray(within / np.maximum(last - first, 1) + feature.outside)
