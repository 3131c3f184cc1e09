"""When a cue of given units is shown: not before it may, long enough to be read, clear of the next one.

All in whole milliseconds, where "at least the gap" is exact. Frames will be a coarser grid in the same place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from captioner.cues.units import Unit
from captioner.profiles import Profile

NEVER = 1 << 60
"""When a cue begins after the last unit."""


class Screen:
    """The times of every cue that could be made of `units`: it depends on no other choice than where cues begin.

    A cue stays until its last word is spoken, then as long as its text needs to be read but not longer than `tail`,
    and at least `minimum_duration`. It leaves the profile's gap before the next; where the words themselves leave less,
    the gap shrinks and no word is cut off. A gap shorter than `chain` is closed to the gap.
    """

    def __init__(self, units: Sequence[Unit], profile: Profile) -> None:
        self.minimum = _rounded_up(profile.minimum_duration)
        self._maximum = math.floor(round(profile.maximum_duration * 1000, 3))
        self.gap = _rounded_up(profile.gap)
        self._chain = max(_rounded_up(profile.chain), self.gap)
        self._tail = _rounded_up(profile.tail)
        self.per_character = 1000 / profile.cps
        self._ends = [unit.end for unit in units]
        self.opens = _opens(units, _rounded_up(profile.lead), self.gap)

    def closes(self, first: int, last: int, characters: float) -> int:
        """When a cue of units `first` to `last` (exclusive), `characters` long, goes."""
        start, spoken, latest = self.opens[first], self._ends[last - 1], self.opens[last] - self.gap
        read = min(start + math.ceil(characters * self.per_character), spoken + self._tail)
        end = max(spoken, start + self.minimum, read)
        if latest - end < self._chain - self.gap:
            end = latest
        end = min(end, start + self._maximum)
        return max(end, spoken, start + 1)

    def fits(self, first: int, last: int) -> bool:
        """Whether a cue of units `first` to `last` (exclusive) can be spoken within the longest duration."""
        return self._ends[last - 1] - self.opens[first] <= self._maximum


def _opens(units: Sequence[Unit], lead: int, gap: int) -> list[int]:
    """When a cue that begins with each unit comes: up to `lead` early where the screen is free; `NEVER` after all."""
    opens = []
    free = 0
    for unit in units:
        opens.append(unit.start - min(lead, max(0, unit.start - free)))
        free = max(unit.end, unit.start + 1) + gap
    return [*opens, NEVER]


def _rounded_up(seconds: float) -> int:
    """The least whole milliseconds that last `seconds`; what dividing frames by their rate leaves over is nothing."""
    return math.ceil(round(seconds * 1000, 3))
