"""Finds the breaks, after which cues have another offset: a scene was cut out or added, or there are advertisements.

A dynamic programme over the cues in order. Each cue has one of the candidate offsets; a break has a cost, and so has a
cue that is left out because its scene is missing. Cues keep their order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from captioner.retime.cue_spans import CueSpans
from captioner.retime.speech_pattern import Ratings, SpeechPattern

BREAK_COST = 20.0
"""The cost of a break, in nats: chance finds an offset for a few cues, among about e**10 offsets, at e**5 places and
with e**3 numbers of cues that are left out."""

SKIP_COST = 1.0
"""The cost of a cue that is left out at a break."""

OVERLAP = 0.5
"""Seconds by which the first cue after a break may begin before the end of the last one."""

BIN = 0.25
"""Seconds of the time grid on which the best ends of parts are stored."""


class Part(NamedTuple):
    """Cues in a row that have the same offset."""

    first: int
    """Number of the first cue."""
    last: int
    """Number after the last cue."""
    offset: float
    """Seconds that are added to the times of these cues."""


def find_parts(pattern: SpeechPattern, cues: CueSpans, offsets: NDArray[np.float64]) -> list[Part]:
    """Return the parts of the cues, in order; cues between two parts have no place.

    `offsets` are those that may be right, in order, each to within a step of the search.
    """
    ratings = best_ratings(pattern, cues, offsets)
    count = len(offsets)
    score = ratings[0].astype(np.float64)
    origins = np.full(ratings.shape, -1, np.int32)
    ends = _EndedParts(cues, offsets)
    ends.add(0, score)
    for number in range(1, len(cues)):
        broken, sources = ends.before(cues.starts[number] + offsets + OVERLAP, number)
        is_break = broken > score
        score = np.where(is_break, broken, score) + ratings[number]
        origins[number] = np.where(is_break, sources, (number - 1) * count + np.arange(count))
        ends.add(number, score)
    return _traced(origins, offsets, int(score.argmax()))


def best_ratings(pattern: SpeechPattern, cues: CueSpans, offsets: NDArray[np.float64]) -> Ratings:
    """Return the best rating of each cue near each offset, in the shape (cues, offsets)."""
    fine = [pattern.rate(cues, offsets + shift) for shift in (0.0, 0.04, 0.08)]
    return np.asarray(np.max(fine, axis=0), np.float32)


class _EndedParts:
    """The best score of all cues so far, by the time at which the last of them ends."""

    def __init__(self, cues: CueSpans, offsets: NDArray[np.float64]) -> None:
        self._cues, self._offsets = cues, offsets
        self._lowest = float(cues.starts.min() + offsets[0])
        size = int((float(cues.ends.max() + offsets[-1]) - self._lowest) / BIN) + 3
        self._best = np.full(size, -np.inf)
        self._sources = np.full(size, -1, np.int32)

    def add(self, number: int, score: NDArray[np.float64]) -> None:
        """Add the scores of cue `number` at each offset, if it is the last one before a break."""
        bins = self._bins(self._cues.ends[number] + self._offsets) + 1
        highest = np.maximum.accumulate(score)
        places = np.maximum.accumulate(np.where(score >= highest, np.arange(len(score)), 0))
        widths = np.diff(np.append(bins, len(self._best)))
        values = np.repeat(highest + SKIP_COST * (number + 1), widths)
        better = values > self._best[bins[0] :]
        self._best[bins[0] :][better] = values[better]
        sources = np.repeat(places + number * len(score), widths)
        self._sources[bins[0] :][better] = sources[better]

    def before(self, times: NDArray[np.float64], number: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return the best score before a break at cue `number`, and its source, if that cue begins at `times`."""
        bins = self._bins(times)
        return self._best[bins] - SKIP_COST * number - BREAK_COST, self._sources[bins]

    def _bins(self, times: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.clip(((times - self._lowest) / BIN).astype(np.int64), 0, len(self._best) - 2)


def _traced(origins: NDArray[np.int32], offsets: NDArray[np.float64], place: int) -> list[Part]:
    count = len(offsets)
    number = len(origins) - 1
    parts = []
    last = number + 1
    while number >= 0:
        origin = int(origins[number, place])
        if origin != (number - 1) * count + place or number == 0:
            parts.append(Part(number, last, float(offsets[place])))
            last = origin // count + 1
        number, place = origin // count, origin % count
        if origin < 0:
            break
    return parts[::-1]
