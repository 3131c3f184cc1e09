"""Spreads text over stretches of speech by the time that it takes to say, if no recognised word helps.

A dynamic programme over the stretches in order. Each stretch says a run of the text that fits its length, preferably to
the end of a sentence, or it says something else. Text that is not spoken may be skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from captioner.align.pause_anchors import PACE_DEVIATION, PAUSE_COST
from captioner.align.text_units import TextUnit

SKIP_COST, SKIPPED_SYLLABLE_COST = 8.0, 0.15
"""Cost of text that is not spoken, once and for each syllable."""

FOREIGN_COST, FOREIGN_SECOND_COST = 5.0, 1.0
"""Cost of speech that is not in the text, once and for each second."""

SHORTEST = 1.0
"""Seconds; shorter text deviates as much as text of this length, since a region includes some silence."""

MOST_TIMES_AS_LONG, SPARE_SECONDS = 3.0, 2.0
"""A stretch says at most this many times its length of text at the usual pace, and this many seconds more."""

_Costs = NDArray[np.float64]
_Places = NDArray[np.intp]


@dataclass(frozen=True)
class SpeechStretch:
    """A stretch of speech in which part of the text may be said."""

    seconds: float
    """Its length."""
    ends_in_pause: bool
    """Whether it ends at a pause, where a sentence or clause probably ends."""
    text_cost: float = 0.0
    """Cost of saying any of the text in it."""


def spread_text(units: Sequence[TextUnit], stretches: Sequence[SpeechStretch], pace: float) -> list[tuple[int, int]]:
    """For each stretch the numbers of the first unit that it says and of the unit after its last.

    `pace` is in syllables a second.
    """
    times = np.cumsum([0.0, *(unit.weight / pace for unit in units)])
    pause_costs = np.array([0.0, *(PAUSE_COST[unit.boundary] for unit in units)])
    least = np.full(len(times), np.inf)
    least[0] = 0.0
    steps: list[tuple[_Places, _Places]] = []
    for stretch in stretches:
        least, skipped_from = _skip(least, times, pace)
        fixed = stretch.text_cost + pause_costs * stretch.ends_in_pause
        least, begins = _say(least, times, fixed, stretch.seconds)
        steps.append((skipped_from, begins))
    least, skipped_from = _skip(least, times, pace)
    place = int(skipped_from[-1])
    ranges = []
    for skipped_from, begins in reversed(steps):
        first = int(begins[place])
        ranges.append((first, place))
        place = int(skipped_from[first])
    return ranges[::-1]


def _skip(least: _Costs, times: _Costs, pace: float) -> tuple[_Costs, _Places]:
    """Return the least cost at each place if text before it may be skipped, and the start of the skipped text."""
    skipped_cost = SKIPPED_SYLLABLE_COST * pace * times
    reduced = least - skipped_cost
    lowest = np.minimum.accumulate(reduced)
    origins = np.maximum.accumulate(np.where(reduced <= lowest, np.arange(len(times)), 0))
    skipping = lowest + skipped_cost + SKIP_COST
    return np.minimum(least, skipping), np.where(skipping < least, origins, np.arange(len(times)))


def _say(least: _Costs, times: _Costs, fixed: _Costs, seconds: float) -> tuple[_Costs, _Places]:
    """Return the least cost at each place if a stretch of `seconds` says the text before it, and that text's start.

    `fixed` is the cost, at each place, of a stretch that ends there.
    """
    places = np.arange(len(times))
    best, begins = least + FOREIGN_COST + FOREIGN_SECOND_COST * seconds, places.copy()
    farthest = np.searchsorted(times, times + MOST_TIMES_AS_LONG * seconds + SPARE_SECONDS, side="right") - 1
    for count in range(1, int((farthest - places).max()) + 1):
        taken = times[count:] - times[:-count]
        deviation = (seconds - taken) ** 2 / (PACE_DEVIATION**2 * np.maximum(taken, SHORTEST))
        cost = least[:-count] + deviation + fixed[count:]
        better = cost < best[count:]
        best[count:][better] = cost[better]
        begins[count:][better] = places[:-count][better]
    return best, begins
