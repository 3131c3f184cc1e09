"""Text over stretches of speech by how long it takes to say, when nobody knows better.

A dynamic programme over the stretches in order: each says a run of the text that fits its length, best one that ends
where a sentence does; or something else; and text may be passed over that nobody says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.pause_anchors import PACE_DEVIATION, PAUSE_COST
from captioner.align.text_units import TextUnit

PASSED_OVER, PASSED = 8.0, 0.15
"""Cost of text that nobody says, once and for each syllable."""

FOREIGN, FOREIGN_SECOND = 5.0, 1.0
"""Cost of speech that is not in the text, once and for each second."""

SHORTEST = 1.0
"""Seconds; what takes less strays as much as what takes so long, for a region holds some silence too."""

LONGEST, SPARE = 3.0, 2.0
"""A stretch says at most so many times its length of text at the usual pace, and so many seconds more."""

_Costs = NDArray[np.float64]
_Places = NDArray[np.intp]


@dataclass(frozen=True)
class SpeechStretch:
    """`seconds` of speech; `closed` where it ends in a pause; `doubt` is what it costs to say any of the text there."""

    seconds: float
    closed: bool
    doubt: float = 0.0


def spread(parts: Sequence[TextUnit], stretches: Sequence[SpeechStretch], pace: float) -> list[tuple[int, int]]:
    """For each stretch the first and, exclusive, the last of the `parts` that it says; `pace` in syllables a second."""
    times = np.cumsum([0.0, *(part.weight / pace for part in parts)])
    ends = np.array([0.0, *(PAUSE_COST[part.boundary] for part in parts)])
    least = np.full(len(times), np.inf)
    least[0] = 0.0
    steps: list[tuple[_Places, _Places]] = []
    for stretch in stretches:
        least, passed = _passed_over(least, times, pace)
        least, begun = _said(least, times, stretch.doubt + ends * stretch.closed, stretch.seconds)
        steps.append((passed, begun))
    least, passed = _passed_over(least, times, pace)
    place = int(passed[-1])
    ranges = []
    for passed, begun in reversed(steps):
        first = int(begun[place])
        ranges.append((first, place))
        place = int(passed[first])
    return ranges[::-1]


def _passed_over(least: _Costs, times: _Costs, pace: float) -> tuple[_Costs, _Places]:
    """The least cost at each place when text before it may be passed over, and the place from which on it was."""
    dear = PASSED * pace * times
    reduced = least - dear
    lowest = np.minimum.accumulate(reduced)
    origins = np.maximum.accumulate(np.where(reduced <= lowest, np.arange(len(times)), 0))
    jumped = lowest + dear + PASSED_OVER
    return np.minimum(least, jumped), np.where(jumped < least, origins, np.arange(len(times)))


def _said(least: _Costs, times: _Costs, ends: _Costs, seconds: float) -> tuple[_Costs, _Places]:
    """The least cost at each place when a stretch of `seconds` says what is before it, and where that begins."""
    places = np.arange(len(times))
    best, begun = least + FOREIGN + FOREIGN_SECOND * seconds, places.copy()
    farthest = np.searchsorted(times, times + LONGEST * seconds + SPARE, side="right") - 1
    for count in range(1, int((farthest - places).max()) + 1):
        taken = times[count:] - times[:-count]
        strayed = (seconds - taken) ** 2 / (PACE_DEVIATION**2 * np.maximum(taken, SHORTEST))
        cost = least[:-count] + strayed + ends[count:]
        better = cost < best[count:]
        best[count:][better] = cost[better]
        begun[count:][better] = places[:-count][better]
    return best, begun
