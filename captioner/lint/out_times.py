"""The out-times that a profile requires. In-times are where speech begins, so only out-times are moved."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from captioner.cues.time_grid import TimeGrid
from captioner.lint.frame_grid import TOLERANCE, frame_offset
from captioner.lint.timing_rules import closes_chain, gap_between, is_too_fast
from captioner.profiles import Profile
from captioner.values import Cue


class OutTimes:
    """Out-times by a profile, on whole frames if the frame rate is known, else on milliseconds."""

    def __init__(self, profile: Profile, frame_rate: Fraction | None, gap: float) -> None:
        """`gap` is the minimum gap between two cues, in seconds."""
        self._profile = profile
        self._frame_rate = frame_rate
        self._grid = TimeGrid(frame_rate)
        self._gap = gap

    def snap_to_frames(self, cue: Cue) -> Cue:
        """Return the cue from the frame that its in-time is in to the first frame at or after its out-time."""
        rate = self._frame_rate
        if rate is None or not (frame_offset(cue.start, rate) or frame_offset(cue.end, rate)):
            return cue
        first = self._tick_at_or_before(cue.start)
        last = max(self._grid.at_least(cue.end - TOLERANCE), first + 1)
        return replace(cue, start=self._grid.seconds(first), end=self._grid.seconds(last))

    def out_time(self, cue: Cue, following: Cue | None) -> float:
        """Return the best out-time of a cue before the `following` one at the same position.

        It breaks no other rule.
        """
        latest = math.inf if following is None else self._leaving_gap(following.start)
        extended = replace(cue, end=max(cue.end, min(self._required(cue), latest)))
        if following is None or following.start <= cue.start:
            return extended.end
        if gap_between(extended, following) < 0 and self._can_end(extended, following.start):
            extended = replace(extended, end=following.start)
        gap, minimum = gap_between(extended, following), self._gap
        widens_gap = gap < minimum - TOLERANCE and self._can_end(extended, latest)
        return latest if widens_gap or closes_chain(extended, following, minimum, self._profile) else extended.end

    def _required(self, cue: Cue) -> float:
        """Return the earliest out-time with the minimum duration and, within the profile's `tail`, time to read."""
        times = [cue.end]
        if cue.duration < self._profile.minimum_duration - TOLERANCE:
            times.append(self._tick_after(cue.start + self._profile.minimum_duration))
        read = self._tick_after(cue.start + self._profile.reading_time(cue.text))
        if is_too_fast(cue, self._profile) and read - cue.end <= self._profile.tail:
            times.append(read)
        latest = cue.start + self._profile.maximum_duration + TOLERANCE
        return max((time for time in times if time <= latest), default=cue.end)

    def _can_end(self, cue: Cue, end: float) -> bool:
        """Return whether a cue can end at `end` without becoming too short or too fast."""
        if end - cue.start < max(self._profile.minimum_duration - TOLERANCE, 0.001):
            return False
        return is_too_fast(cue, self._profile) or not is_too_fast(replace(cue, end=end), self._profile)

    def _leaving_gap(self, seconds: float) -> float:
        """Return the last tick that leaves the gap before a time, which may be a rounding error before its frame."""
        ticks = self._tick_at_or_before(seconds) - self._grid.at_least(self._gap)
        return min(seconds, self._grid.seconds(max(0, ticks)))

    def _tick_after(self, seconds: float) -> float:
        """Return the first tick at or after a time, in seconds."""
        return self._grid.seconds(self._grid.at_least(seconds))

    def _tick_at_or_before(self, seconds: float) -> int:
        """Return the last tick at or before a time, which the file may have rounded down."""
        nearest = self._grid.nearest(seconds)
        return nearest if abs(self._grid.seconds(nearest) - seconds) <= TOLERANCE else self._grid.at_most(seconds)
