"""The cues that read best: dynamic programming over all ways to divide the units into cues and lines.

`best[last]` is the least cost of all cues up to a unit: the least, over every cue that could end there, of the cue's
cost plus the best before it. The width bounds a cue, so the work grows with the text and not with its square.

Costs are in points: break_costs.py gives a break 0 to 10, and everything else is weighed against a bad break. No number
here is fitted to a text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf

from captioner.cues.break_costs import PLAIN, break_cost, ends_sentence
from captioner.cues.break_units import BreakUnit
from captioner.cues.cue_timing import CueTiming
from captioner.cues.shot_snapping import ShotChanges
from captioner.cues.time_grid import TimeGrid
from captioner.profiles import Profile

CUE = 1.2
"""Each cue: fewer are calmer."""

CUE_BREAK = 1.2
"""Weight of a break between cues: the eye waits for the rest of the phrase."""

LINE_BREAK = 0.8
"""Weight of a break between the lines of one cue, since both lines are in sight."""

IMBALANCE = 0.04
"""Each column by which two lines differ."""

TOP_HEAVY = 0.4
"""A first line longer than the second."""

TOO_FAST, MUCH_TOO_FAST = 12.0, 20.0
"""Weights of the share by which the reading speed is exceeded, and of its square."""

FLASH, TOO_SHORT = 3.0, 15.0
"""The points of a cue below the minimum duration, and the weight of the share of it that the cue lacks."""

FRAGMENT = 1.5
"""Weight of the share of half a line that a part of a sentence lacks: a word or two is gone before the eye finds it."""

TIGHT = 1.0
"""Weight of the share of the gap for which the words leave no room."""

SILENCE = 10.0
"""Each second of silence inside a cue beyond `UNNOTICED`: the words after it are read before they are spoken."""

UNNOTICED = 250
"""Milliseconds of silence inside a cue that cost nothing."""

SENTENCE_INSIDE = 3.0
"""Each sentence that ends inside a cue."""

BREATH, PAUSE_POINT, PAUSE_POINTS = 100, 60.0, 6.0
"""A pause acts as punctuation: beyond `BREATH` ms, each `PAUSE_POINT` ms take a point off, up to `PAUSE_POINTS`."""

HESITATION, HESITATION_POINTS = 8.0, 2.0
"""Beside a break of this cost or more ("the", and the speaker looks for a word), a pause takes off fewer points."""


@dataclass(frozen=True)
class Layout:
    """One cue of the best solution."""

    lines: tuple[tuple[int, int], ...]
    """Its lines, as ranges of units; the last unit is exclusive."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""


class Optimiser:
    """The search for the best cues of some units, over prefix sums: the cost of any cue takes a few subtractions."""

    def __init__(self, units: Sequence[BreakUnit], profile: Profile, grid: TimeGrid, shots: ShotChanges) -> None:
        self._profile = profile
        self._grid = grid
        self._timing = CueTiming([(unit.start, unit.end) for unit in units], profile, grid, shots)
        self._gap = float(profile.gap_at(grid.frame_rate) * 1000)
        self._left, self._right = _line_edges(units, profile.columns)
        self._read, self._unread = _line_edges(units, profile.reading_time)
        pairs = list(pairwise(units))
        pauses = [after.start - before.end for before, after in pairs]
        self._tight = [0.0, *map(self._tightness, pauses), 0.0]
        self._silence = [0, *accumulate((max(0, pause - UNNOTICED) for pause in pauses), initial=0)]
        self._sentences = [0, *accumulate((ends_sentence(*pair) for pair in pairs), initial=0)]
        turns = [index for index, pair in enumerate(pairs, 1) if pair[0].speaker != pair[1].speaker]
        silences = [index for index, pause in enumerate(pauses, 1) if pause >= round(profile.pause * 1000)]
        shared = bool(profile.dialogue) and profile.lines > 1
        self._borders = [0, *(silences if shared else sorted({*silences, *turns})), len(units)]
        self._turns = turns if shared else []
        self._dash = profile.columns(profile.dialogue)
        self._breaks = [0.0, *map(_cost_after_pause, (break_cost(*pair) for pair in pairs), pauses), 0.0]
        for border in (*silences, *turns):
            self._breaks[border] = 0.0

    def layouts(self) -> list[Layout]:
        """Return the cues of all units. A cue always ends where the speaker changes and where a silence is long."""
        cues = [cue for first, last in pairwise(self._borders) for cue in self._best_cues(first, last)]
        times = self._timing.times(cues, [self._unread[last] - self._read[first] for first, last in cues])
        return [
            Layout(self._lines(first, last), self._grid.seconds(start), self._grid.seconds(end))
            for (first, last), (start, end) in zip(cues, times, strict=True)
        ]

    def lines(self) -> tuple[tuple[int, int], ...] | None:
        """Return all units as the lines of one cue, whatever its duration; None if they do not fit."""
        cost, begins = self._split_lines(0, self._borders[-1], self._profile.lines)
        return tuple(pairwise((0, *begins, self._borders[-1]))) if cost < inf else None

    def _best_cues(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return the cheapest way from unit `start` to `stop` (exclusive), as ranges of units."""
        best, begins = [0.0], [start]
        earliest = start
        for last in range(start + 1, stop + 1):
            while not self._is_possible(earliest, last):
                earliest += 1
            at_end = CUE + CUE_BREAK * self._breaks[last] + self._tight[last]
            least, begin = inf, last - 1
            # The longest cue comes first: its cost rules out most short ones before they are computed.
            for first in range(earliest, last):
                cost = best[first - start] + at_end
                if cost < least:
                    cost += self._time_cost(first, last)
                if cost < least:
                    cost += self._best_lines(first, last)[0]
                if cost < least:
                    least, begin = cost, first
            best.append(least)
            begins.append(begin)
        cues = []
        while stop > start:
            cues.append((begins[stop - start], stop))
            stop = begins[stop - start]
        return cues[::-1]

    def _is_possible(self, first: int, last: int) -> bool:
        """Return whether a cue from `first` to `last` may be narrow and short enough; if not, no longer one is."""
        if last - first == 1:
            return True
        widest = self._profile.lines * (self._profile.width + 2)
        return self._right[last] - self._left[first] <= widest and self._timing.fits(first, last)

    def _time_cost(self, first: int, last: int) -> float:
        """Return the points of a cue for its reading speed, duration, silences, sentence ends and width."""
        reading = self._unread[last] - self._read[first]
        duration = max(1, self._timing.end_of(first, last, reading) - self._timing.starts[first])
        cost = SENTENCE_INSIDE * (self._sentences[last] - self._sentences[first + 1])
        cost += SILENCE / 1000 * (self._silence[last] - self._silence[first + 1])
        too_fast = reading * self._timing.rate / duration - 1
        if too_fast > 0:
            cost += TOO_FAST * too_fast + MUCH_TOO_FAST * too_fast * too_fast
        if duration < self._timing.minimum:
            cost += FLASH + TOO_SHORT * (1 - duration / self._timing.minimum)
        columns, half = self._right[last] - self._left[first], self._profile.width / 2
        if columns < half:
            cost += FRAGMENT * (1 - columns / half) * min(1.0, (self._breaks[first] + self._breaks[last]) / PLAIN)
        return cost

    def _tightness(self, pause: int) -> float:
        return TIGHT * (1 - pause / self._gap) if pause < self._gap else 0.0

    def _best_lines(self, first: int, last: int) -> tuple[float, tuple[int, ...]]:
        """Return the cheapest lines of units `first` to `last`: the points, and the units at which further lines begin.

        Two speakers have a line each, or the cost is infinite.
        """
        turns = self._turns[bisect_right(self._turns, first) : bisect_left(self._turns, last)] if self._turns else ()
        if not turns:
            return self._split_lines(first, last, self._profile.lines)
        lines = pairwise((first, *turns, last))
        widths = [self._dash + self._right[stop] - self._left[start] for start, stop in lines]
        return (0.0, tuple(turns)) if len(turns) == 1 and max(widths) <= self._profile.width else (inf, ())

    def _split_lines(self, first: int, last: int, lines: int) -> tuple[float, tuple[int, ...]]:
        """Return the cheapest way to set units `first` to `last` in up to `lines` lines, as in `_best_lines`."""
        left, right, width = self._left, self._right, self._profile.width
        if right[last] - left[first] <= width or last - first == 1:
            return 0.0, ()
        best: tuple[float, tuple[int, ...]] = inf, ()
        if lines == 1:
            return best
        earliest = bisect_left(left, right[last] - (lines - 1) * (width + 2))
        for middle in range(max(first + 1, earliest), last):
            top, bottom = right[middle] - left[first], right[last] - left[middle]
            if top > width and middle > first + 1:
                break
            cost, begins = (0.0, ()) if bottom <= width else self._split_lines(middle, last, lines - 1)
            bottom /= len(begins) + 1
            cost += LINE_BREAK * self._breaks[middle] + IMBALANCE * abs(top - bottom) + TOP_HEAVY * (top > bottom)
            if cost < best[0]:
                best = cost, (middle, *begins)
        return best

    def _lines(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        _, begins = self._best_lines(first, last)
        return tuple(pairwise((first, *begins, last)))


def _line_edges(units: Sequence[BreakUnit], measure: Callable[[str], float]) -> tuple[list[float], list[float]]:
    """Return the column at which each unit begins, and that at which the one before ends, all in one line."""
    left, right = [], [0.0]
    for unit in units:
        left.append(right[-1] + measure(unit.space))
        right.append(left[-1] + measure(unit.text))
    return left, right


def _cost_after_pause(cost: float, pause: int) -> float:
    """Return the cost of a break at which the speaker pauses for `pause` milliseconds."""
    most = PAUSE_POINTS if cost < HESITATION else HESITATION_POINTS
    return max(0.0, cost - min(most, max(0, pause - BREATH) / PAUSE_POINT))
