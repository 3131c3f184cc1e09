"""The times of cues: from the first word, long enough to be read, with a gap before the next cue.

All times are whole ticks of the time grid, so that "at least the gap" is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import ceil

from captioner.cues.shot_snapping import ShotChanges
from captioner.cues.time_grid import TimeGrid
from captioner.profiles import Profile

NEVER = 1 << 60
"""The start, in ticks, of a cue after the last unit: there is none."""


class CueTiming:
    """The start and end of every cue that could be made of the units.

    `spoken` holds the start and end of each unit, in milliseconds. The end of a cue depends only on where it and the
    next cue begin.

    A cue stays until its last word is spoken, then as long as its text needs to be read but not longer than `tail`,
    and at least `minimum_duration`. It leaves the profile's gap before the next cue; where the words leave less, the
    end of its last word gives way, but never by more than half of the cue. A gap shorter than `chain` is closed to the
    gap. `shots` may move the start and the end.
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
        """Return the end of a cue of units `first` to `last` (exclusive) that takes `reading` seconds to read."""
        return self._end(self.starts[first], self._ends[last - 1], self.starts[last], reading)

    def fits(self, first: int, last: int) -> bool:
        """Return whether a cue of units `first` to `last` (exclusive) can be spoken within the longest duration."""
        return self._ends[last - 1] - self.starts[first] <= self._maximum

    def times(self, cues: Sequence[tuple[int, int]], readings: Sequence[float]) -> list[tuple[int, int]]:
        """Return the start and end of each of these cues, which are ranges of units and together are all units.

        `readings` are the seconds that each takes to read. Several units may start within one frame: each cue of them
        still lasts for a frame, and the next starts after it.
        """
        starts = list(accumulate((self.starts[first] for first, _ in cues), lambda earlier, at: max(at, earlier + 1)))
        followings = [*starts[1:], NEVER]
        return [
            (start, self._end(start, self._ends[last - 1], following, reading))
            for (_, last), start, reading, following in zip(cues, starts, readings, followings, strict=False)
        ]

    def _end(self, start: int, spoken: int, following: int, reading: float) -> int:
        latest = max(following - self.gap, following - (following - start) // 2)
        # A reading time is a difference of sums: its last bits must not count as a tick.
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
        """Return the start of a cue from each unit on: up to `lead` early if no cue is shown then.

        `NEVER` at the end.
        """
        cue_starts = []
        free = spoken = 0
        for start, end in zip(starts, self._ends, strict=True):
            early = start - min(lead, max(0, start - free))
            cue_starts.append(self._shots.snapped_start(early, spoken) if self._shots else early)
            spoken = max(end, start + 1)
            free = spoken + self.gap
        return [*cue_starts, NEVER]
