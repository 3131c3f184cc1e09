"""The times at which a cue may start or end: whole frames where the frame rate is known, else whole milliseconds.

Times are integers from the start of the media, so that "at least two frames" is exact and no error adds up.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor


class TimeGrid:
    """Ticks of `rate` a second: frames at `frame_rate`, or milliseconds where that is None."""

    def __init__(self, frame_rate: Fraction | None = None) -> None:
        self.rate = Fraction(1000) if frame_rate is None else frame_rate
        self.frame_rate = frame_rate
        self._frames, self._second = self.rate.numerator, self.rate.denominator * 1000

    def before(self, milliseconds: int) -> int:
        """Return the last tick at or before a time."""
        return milliseconds * self._frames // self._second

    def after(self, milliseconds: int) -> int:
        """Return the first tick at or after a time."""
        return -(-milliseconds * self._frames // self._second)

    def nearest(self, seconds: float) -> int:
        """Return the tick closest to a time."""
        return round(seconds * self.rate)

    def seconds(self, tick: int) -> float:
        """Return the time of a tick, in seconds."""
        return float(tick / self.rate)

    def at_least(self, seconds: float | Fraction) -> int:
        """Return the fewest ticks that last `seconds`; a remainder that only division leaves is not counted."""
        return ceil(round(float(seconds * self.rate), 3))

    def at_most(self, seconds: float) -> int:
        """Return the most ticks within `seconds`."""
        return floor(round(float(seconds * self.rate), 3))
