"""Where in a text the speaker paused: the long pauses of a clip, laid between the clauses of its text.

A pause most likely stands at the end of a sentence or a clause, and between two pauses lies about as much text as the
time allows. A dynamic programme finds which unit each pause follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import HOP, frames, levels, loud
from captioner.align.text_units import TextUnit
from captioner.values import Audio, Span

Numbers = NDArray[np.float64]

SHORTEST_PAUSE = 0.2  # seconds
MOST_PAUSES = 40  # the longest ones; the work grows with their square
MOST_PLACES = 160  # of the text at which a pause is looked for; the work grows with their square

SPREAD = 0.35
"""How far the pace strays: the standard deviation, in seconds, of what takes a second on average."""

SKIPPED = 6.0  # per second of a pause that falls inside a unit
PAUSE_AT = (8.0, 3.0, 0.3, 0.0)  # a pause after a unit, by `Unit.boundary`: a speaker rarely stops within a clause
NO_PAUSE_AT = (0.0, 0.0, 0.5, 1.2)  # none, by the same


@dataclass(frozen=True)
class SpeechClock:
    """Runs while somebody speaks and stands in the pauses. Seconds since the clip began, shape (runs,) each.

    `passed[k]` is what it shows when run k begins, and `passed[-1]` what it shows at the end.
    """

    starts: Numbers
    ends: Numbers

    @property
    def passed(self) -> Numbers:
        return np.concatenate(([0.0], np.cumsum(self.ends - self.starts)))

    def starts_at(self, passed: Numbers) -> Numbers:
        """When the clock goes on from `passed`: behind a pause."""
        run = np.clip(np.searchsorted(self.passed, passed + 1e-9, side="right") - 1, 0, len(self.starts) - 1)
        return np.asarray(self.starts[run] + (passed - self.passed[run]))

    def ends_at(self, passed: Numbers) -> Numbers:
        """When the clock first shows `passed`: before a pause."""
        run = np.clip(np.searchsorted(self.passed, passed - 1e-9, side="left") - 1, 0, len(self.starts) - 1)
        return np.asarray(self.starts[run] + (passed - self.passed[run]))


def speech_clock(clip: Audio) -> SpeechClock:
    """From the first loud frame of the clip to the last, standing in its longest pauses; all of a still clip."""
    spoken = np.flatnonzero(loud(levels(frames(clip.samples, clip.sample_rate))))
    if len(spoken) < 2:
        return SpeechClock(np.array([0.0]), np.array([clip.duration]))
    breaks = np.flatnonzero(np.diff(spoken) * HOP >= SHORTEST_PAUSE)
    longest = np.sort(breaks[np.argsort(np.diff(spoken)[breaks])[-MOST_PAUSES:]])
    starts = spoken[np.concatenate(([0], longest + 1))] * HOP
    ends = (spoken[np.concatenate((longest, [len(spoken) - 1]))] + 1) * HOP
    return SpeechClock(np.asarray(starts, float), np.asarray(np.minimum(ends, clip.duration), float))


def sections(clip: Audio, parts: Sequence[TextUnit], longest: float) -> list[tuple[Audio, slice]]:
    """The clip cut between clauses into pieces of `longest` seconds at most, and the part of the text said in each.

    A piece is longer where no pause was found to cut it at. Silence at both ends of it is left out.
    """
    weights = np.cumsum([0.0, *(part.weight for part in parts)])
    clock = speech_clock(clip)
    known = anchors(parts, weights, clock)
    cuts = [known[0]]
    for before, after in pairwise(known[1:]):
        if clock.ends[after[1] - 1] - clock.starts[cuts[-1][1]] > longest:
            cuts.append(before)
    return [
        (
            clip.clip(Span(clip.start + clock.starts[run], clip.start + clock.ends[next_run - 1])),
            slice(parts[unit].first, parts[next_unit - 1].last),
        )
        for (unit, run), (next_unit, next_run) in pairwise([*cuts, known[-1]])
    ]


def anchors(parts: Sequence[TextUnit], weights: Numbers, clock: SpeechClock) -> list[tuple[int, int]]:
    """(units said, runs over) wherever a pause was laid, from (0, 0) to all of both, along the cheapest way."""
    places, passed = _places(parts), clock.passed
    expected = np.subtract.outer(weights[places], weights[places]).T * passed[-1] / weights[-1]
    fixed = _fixed_costs([parts[place - 1].boundary for place in places[1:-1]])
    fixed[expected <= 0] = np.inf
    scale = SPREAD**2 * np.maximum(expected, 0.3)
    skipped = np.cumsum([0.0, *(SKIPPED * (clock.starts[1:] - clock.ends[:-1]))])
    runs = len(clock.starts)
    least = np.full((runs + 1, len(places)), np.inf)
    least[0, 0] = 0.0
    origins = np.zeros((runs + 1, len(places), 2), int)
    for run in range(1, runs + 1):
        for before in range(run):
            strayed = (passed[run] - passed[before] - expected) ** 2 / scale
            costs = least[before][:, None] + strayed + fixed + (skipped[run - 1] - skipped[before])
            origin = costs.argmin(axis=0)
            cost = costs[origin, np.arange(len(places))]
            better = cost < least[run]
            least[run][better] = cost[better]
            origins[run][better] = np.column_stack((np.full(len(places), before), origin))[better]
    return _traced(origins, places)


def _places(parts: Sequence[TextUnit]) -> list[int]:
    """Numbers of units after which a pause may be laid, with 0 and all: the strongest boundaries of a long text."""
    inner = range(1, len(parts))
    for least in range(4):
        candidates = [count for count in inner if parts[count - 1].boundary >= least]
        if len(candidates) <= MOST_PLACES:
            return [0, *candidates, len(parts)]
    step = len(candidates) // MOST_PLACES + 1
    return [0, *candidates[::step], len(parts)]


def _fixed_costs(boundaries: Sequence[int]) -> Numbers:
    """What it costs to go from one place to a later one, whatever the times: shape (places, places)."""
    at = np.array([0.0, *(PAUSE_AT[boundary] for boundary in boundaries), 0.0])
    own = np.array([0.0, *(NO_PAUSE_AT[boundary] for boundary in boundaries), 0.0])
    missed = np.cumsum(own)
    return np.asarray((missed - own + at)[None, :] - missed[:, None])


def _traced(origins: NDArray[np.intp], places: Sequence[int]) -> list[tuple[int, int]]:
    run, place = len(origins) - 1, len(places) - 1
    anchors = [(places[place], run)]
    while run:
        run, place = (int(index) for index in origins[run, place])
        anchors.append((places[place], run))
    return anchors[::-1]
