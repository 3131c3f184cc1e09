"""When a cue of given units is shown: not before it may, long enough to be read, clear of the next one.

All in whole ticks of the grid, where "at least the gap" is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import ceil

from captioner.cues.shot_snapping import ShotChanges
from captioner.cues.time_grid import TimeGrid
from captioner.profiles import Profile

NEVER = 1 << 60
"""When a cue begins after the last unit."""


class CueTiming:
    """The times of every cue that could be made of units, each `spoken` from the first to the second of its
    milliseconds: it depends on no other choice than where cues begin.

    A cue stays until its last word is spoken, then as long as its text needs to be read but not longer than `tail`,
    and at least `minimum_duration`. It leaves the profile's gap before the next; where the words themselves leave less,
    the tail of its last word pays for the gap, but never more than half of the cue. A gap shorter than `chain` is
    closed to the gap. `shots` may move any of this.
    """

    def __init__(self, spoken: Sequence[tuple[int, int]], profile: Profile, grid: TimeGrid, shots: ShotChanges) -> None:
        self.minimum = grid.at_least(profile.minimum_duration)
        self.gap = grid.at_least(profile.gap_at(grid.frame_rate))
        self.rate = float(grid.rate)
        self._maximum = max(1, grid.at_most(profile.maximum_duration))
        self._chain = max(round(profile.chain * grid.rate), self.gap)
        self._tail = grid.at_least(profile.tail)
        self._shots = shots
        self._ends = [grid.after(end) for _, end in spoken]
        self.starts = self._starts([grid.before(start) for start, _ in spoken], grid.at_least(profile.lead))

    def end_of(self, first: int, last: int, reading: float) -> int:
        """When a cue of units `first` to `last` (exclusive) goes that takes `reading` seconds to read."""
        return self._end(self.starts[first], self._ends[last - 1], self.starts[last], reading)

    def fits(self, first: int, last: int) -> bool:
        """Whether a cue of units `first` to `last` (exclusive) can be spoken within the longest duration."""
        return self._ends[last - 1] - self.starts[first] <= self._maximum

    def times(self, cues: Sequence[tuple[int, int]], readings: Sequence[float]) -> list[tuple[int, int]]:
        """When each of these cues comes and goes; they are all the units, and none is empty.

        Units may begin within one frame; a cue of them still lasts for one, and the next begins after it.
        """
        starts = list(accumulate((self.starts[first] for first, _ in cues), lambda earlier, at: max(at, earlier + 1)))
        followings = [*starts[1:], NEVER]
        return [
            (start, self._end(start, self._ends[last - 1], following, reading))
            for (_, last), start, reading, following in zip(cues, starts, readings, followings, strict=False)
        ]

    def _end(self, start: int, spoken: int, following: int, reading: float) -> int:
        latest = max(following - self.gap, following - (following - start) // 2)
        read = min(start + ceil(round(reading * self.rate, 6)), spoken + self._tail)
        end = max(spoken, start + self.minimum, read)
        if latest - end < self._chain - self.gap:
            end = latest
        latest = min(latest, max(start + self._maximum, spoken))
        end = min(end, latest)
        if self._shots:
            end = self._shots.snapped_end(end, spoken, start + self.minimum, latest, self.gap)
        return max(end, start + 1)

    def _starts(self, starts: list[int], lead: int) -> list[int]:
        """When a cue that begins with each unit comes: up to `lead` early where the screen is free; `NEVER` at last."""
        opens = []
        free = spoken = 0
        for start, end in zip(starts, self._ends, strict=True):
            come = start - min(lead, max(0, start - free))
            opens.append(self._shots.snapped_start(come, spoken) if self._shots else come)
            spoken = max(end, start + 1)
            free = spoken + self.gap
        return [*opens, NEVER]
