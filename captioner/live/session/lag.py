"""How far captions lag behind, and what is given up when they lag too far. Pure.

Drafts go first, since nobody loses a word by it. Then regions are cut shorter, so that captions come in smaller and
steadier pieces. At last, sound is skipped and the hole is marked: a caption a minute late helps nobody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LagLimits:
    """Seconds of lag from which on drafts are left out, regions cut short, and sound skipped; `short` is how long a
    region is then at most. After skipping, the lag is that of `shorter` again."""

    no_partials: float = 6.0
    short_regions: float = 12.0
    skip: float = 30.0
    short_region: float = 5.0


LAG_LIMITS = LagLimits()


class LagMeter:
    """The lag of a stream against the wall clock, `now` in seconds of any clock that never goes back.

    The stream's clock and the wall's are held together wherever everything is done, so that the drift of a sender's
    clock over days is no lag, and a pipe that is read faster than it is spoken never lags.
    """

    def __init__(self) -> None:
        self._now = self._time = 0.0
        self._anchored = False

    def caught_up(self, now: float, time: float) -> None:
        """All sound up to stream second `time` is done."""
        self._now, self._time, self._anchored = now, time, True

    def lag(self, now: float, undone: float) -> float:
        """Seconds, when the oldest sound that is not done begins at stream second `undone`."""
        return max(0.0, (now - self._now) - (undone - self._time)) if self._anchored else 0.0
