"""Finds where in a text the speaker paused: matches the long pauses of a clip with the boundaries of its text.

A pause most likely stands at the end of a sentence or a clause, and the text between two pauses takes about the time
between them. A dynamic programme finds the unit that each pause follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import HOP, levels, split_frames
from captioner.align.text_units import TextUnit
from captioner.speech_level import speech_threshold
from captioner.values import Audio, Span

Numbers = NDArray[np.float64]

SHORTEST_PAUSE = 0.2
"""Seconds of silence that count as a pause."""

MOST_PAUSES, MOST_PLACES = 40, 160
"""Only the longest pauses of a clip, and the strongest boundaries of its text, are matched: the work grows with the
square of each."""

PACE_DEVIATION = 0.35
"""Standard deviation, in seconds, of text that takes one second on average."""

SKIPPED_PAUSE_COST = 6.0
"""Cost, for each second, of a pause that falls inside a unit."""

PAUSE_COST = (8.0, 3.0, 0.3, 0.0)
"""Cost of a pause after a unit, by `TextUnit.boundary`: a speaker rarely stops within a clause."""

NO_PAUSE_COST = (0.0, 0.0, 0.5, 1.2)
"""Cost of no pause after a unit, by `TextUnit.boundary`."""


@dataclass(frozen=True)
class SpeechClock:
    """A clock that runs during speech and stops in the pauses. A run is a stretch of speech between pauses."""

    starts: Numbers
    """Seconds from the start of the clip to the start of each run, shape (runs,)."""
    ends: Numbers
    """Seconds from the start of the clip to the end of each run, shape (runs,)."""

    @property
    def passed(self) -> Numbers:
        """Seconds on the clock when each run begins, then at the end of the last one, shape (runs + 1,)."""
        return np.concatenate(([0.0], np.cumsum(self.ends - self.starts)))

    def starts_at(self, passed: Numbers) -> Numbers:
        """Return the seconds of the clip at which the clock moves on from `passed`: after a pause."""
        run = np.clip(np.searchsorted(self.passed, passed + 1e-9, side="right") - 1, 0, len(self.starts) - 1)
        return np.asarray(self.starts[run] + (passed - self.passed[run]))

    def ends_at(self, passed: Numbers) -> Numbers:
        """Return the seconds of the clip at which the clock first shows `passed`: before a pause."""
        run = np.clip(np.searchsorted(self.passed, passed - 1e-9, side="left") - 1, 0, len(self.starts) - 1)
        return np.asarray(self.starts[run] + (passed - self.passed[run]))


def speech_clock(clip: Audio) -> SpeechClock:
    """Return the clock from the first frame of speech to the last, stopped in the longest pauses.

    A clip without speech is one run.
    """
    level = levels(split_frames(clip.samples, clip.sample_rate))
    speech = np.flatnonzero(level > speech_threshold(level))
    if len(speech) < 2:
        return SpeechClock(np.array([0.0]), np.array([clip.duration]))
    breaks = np.flatnonzero(np.diff(speech) * HOP >= SHORTEST_PAUSE)
    longest = np.sort(breaks[np.argsort(np.diff(speech)[breaks])[-MOST_PAUSES:]])
    starts = speech[np.concatenate(([0], longest + 1))] * HOP
    ends = (speech[np.concatenate((longest, [len(speech) - 1]))] + 1) * HOP
    return SpeechClock(np.asarray(starts, float), np.asarray(np.minimum(ends, clip.duration), float))


def sections(clip: Audio, units: Sequence[TextUnit], longest: float) -> list[tuple[Audio, slice]]:
    """Return the clip cut between clauses into sections of at most `longest` seconds, each with its slice of the text.

    A section is longer where the clip has no pause to cut at. Silence at both ends of a section is left out.
    """
    weights = np.cumsum([0.0, *(unit.weight for unit in units)])
    clock = speech_clock(clip)
    anchors = pause_anchors(units, weights, clock)
    cuts = [anchors[0]]
    for before, after in pairwise(anchors[1:]):
        if clock.ends[after[1] - 1] - clock.starts[cuts[-1][1]] > longest:
            cuts.append(before)
    return [
        (
            clip.clip(Span(clip.start + clock.starts[run], clip.start + clock.ends[next_run - 1])),
            slice(units[unit].first, units[next_unit - 1].last),
        )
        for (unit, run), (next_unit, next_run) in pairwise([*cuts, anchors[-1]])
    ]


def pause_anchors(units: Sequence[TextUnit], weights: Numbers, clock: SpeechClock) -> list[tuple[int, int]]:
    """Return the cheapest match of text and pauses: (units, runs) before each pause, from (0, 0) to all of both.

    `weights` are the cumulative weights of the units, shape (units + 1,).
    """
    places, passed = _places(units), clock.passed
    expected = np.subtract.outer(weights[places], weights[places]).T * passed[-1] / weights[-1]
    fixed = _fixed_costs([units[place - 1].boundary for place in places[1:-1]])
    fixed[expected <= 0] = np.inf
    scale = PACE_DEVIATION**2 * np.maximum(expected, 0.3)
    skipped = np.cumsum([0.0, *(SKIPPED_PAUSE_COST * (clock.starts[1:] - clock.ends[:-1]))])
    runs = len(clock.starts)
    least = np.full((runs + 1, len(places)), np.inf)
    least[0, 0] = 0.0
    origins = np.zeros((runs + 1, len(places), 2), int)
    for run in range(1, runs + 1):
        for before in range(run):
            deviation = (passed[run] - passed[before] - expected) ** 2 / scale
            costs = least[before][:, None] + deviation + fixed + (skipped[run - 1] - skipped[before])
            origin = costs.argmin(axis=0)
            cost = costs[origin, np.arange(len(places))]
            better = cost < least[run]
            least[run][better] = cost[better]
            origins[run][better] = np.column_stack((np.full(len(places), before), origin))[better]
    return _anchors_from(origins, places)


def _places(units: Sequence[TextUnit]) -> list[int]:
    """Return the numbers of units after which a pause may lie, 0 and all included.

    A long text has only the strongest.
    """
    inner = range(1, len(units))
    for least in range(4):
        candidates = [count for count in inner if units[count - 1].boundary >= least]
        if len(candidates) <= MOST_PLACES:
            return [0, *candidates, len(units)]
    step = len(candidates) // MOST_PLACES + 1
    return [0, *candidates[::step], len(units)]


def _fixed_costs(boundaries: Sequence[int]) -> Numbers:
    """Return the cost of going from one place to a later one, whatever the times, shape (places, places)."""
    pause = np.array([0.0, *(PAUSE_COST[boundary] for boundary in boundaries), 0.0])
    no_pause = np.array([0.0, *(NO_PAUSE_COST[boundary] for boundary in boundaries), 0.0])
    missed = np.cumsum(no_pause)
    return np.asarray((missed - no_pause + pause)[None, :] - missed[:, None])


def _anchors_from(origins: NDArray[np.intp], places: Sequence[int]) -> list[tuple[int, int]]:
    run, place = len(origins) - 1, len(places) - 1
    anchors = [(places[place], run)]
    while run:
        run, place = (int(index) for index in origins[run, place])
        anchors.append((places[place], run))
    return anchors[::-1]
