"""When a cue should go: what can be mended of its times, since in-times are where speech begins and stay."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from captioner.cues.time_grid import TimeGrid
from captioner.lint.frame_rate_guess import SLACK, off_frame
from captioner.lint.timing_rules import closes_chain, gap_between, is_too_fast
from captioner.profiles import Profile
from captioner.values import Cue


class OutTimes:
    """The times that a profile wants, on whole frames where the frame rate is known, else on milliseconds."""

    def __init__(self, profile: Profile, frame_rate: Fraction | None, gap: float) -> None:
        self._profile = profile
        self._rate = frame_rate
        self._grid = TimeGrid(frame_rate)
        self._gap = gap

    def on_frames(self, cue: Cue) -> Cue:
        """The cue from the frame in which it comes until the one before which it is gone."""
        if self._rate is None or not (off_frame(cue.start, self._rate) or off_frame(cue.end, self._rate)):
            return cue
        first = self._tick(cue.start)
        last = max(self._grid.at_least(cue.end - SLACK), first + 1)
        return replace(cue, start=self._grid.seconds(first), end=self._grid.seconds(last))

    def out_time(self, cue: Cue, following: Cue | None) -> float:
        """When a cue should go, before `following` comes at the same place. No rule is broken anew for another."""
        latest = math.inf if following is None else self._before(following.start)
        stayed = replace(cue, end=max(cue.end, min(self._wanted(cue), latest)))
        if following is None or following.start <= cue.start:
            return stayed.end
        if gap_between(stayed, following) < 0 and self._can_end(stayed, following.start):
            stayed = replace(stayed, end=following.start)
        gap, least = gap_between(stayed, following), self._gap
        is_short = gap < least - SLACK and self._can_end(stayed, latest)
        return latest if is_short or closes_chain(stayed, following, least, self._profile) else stayed.end

    def _wanted(self, cue: Cue) -> float:
        """The least out-time that the style asks for: later by no more than a cue may stay after its last word."""
        times = [cue.end]
        if cue.duration < self._profile.minimum_duration - SLACK:
            times.append(self._after(cue.start + self._profile.minimum_duration))
        read = self._after(cue.start + self._profile.reading_time(cue.text))
        if is_too_fast(cue, self._profile) and read - cue.end <= self._profile.tail:
            times.append(read)
        latest = cue.start + self._profile.maximum_duration + SLACK
        return max((time for time in times if time <= latest), default=cue.end)

    def _can_end(self, cue: Cue, end: float) -> bool:
        """Whether a cue may go so early without breaking another rule for it."""
        if end - cue.start < max(self._profile.minimum_duration - SLACK, 0.001):
            return False
        return is_too_fast(cue, self._profile) or not is_too_fast(replace(cue, end=end), self._profile)

    def _before(self, seconds: float) -> float:
        """The last moment that leaves the gap before a time, which itself may lie a rounding before its frame."""
        return min(seconds, self._grid.seconds(max(0, self._tick(seconds) - self._grid.at_least(self._gap))))

    def _after(self, seconds: float) -> float:
        return self._grid.seconds(self._grid.at_least(seconds))

    def _tick(self, seconds: float) -> int:
        """The last moment at or before a time, which may have been rounded down when it was written."""
        nearest = self._grid.nearest(seconds)
        return nearest if abs(self._grid.seconds(nearest) - seconds) <= SLACK else self._grid.at_most(seconds)
