"""The lag of captions behind the stream, and the limits at which quality is given up for speed. Pure.

Partials stop first, since that loses no word. Then regions are cut shorter, so that captions come in smaller and
steadier steps. At last speech is skipped and its place is marked: a caption that is a minute late is of no use.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LagLimits:
    """The lags, in seconds, at which each measure begins."""

    no_partials: float = 6.0

    short_regions: float = 12.0

    skip: float = 30.0
    """Speech that is later is lost, also while the backend works on it.

    What waits is skipped until the lag is that of `short_regions` again.
    """

    short_region: float = 5.0
    """Not a lag: the longest region, in seconds, once regions are cut shorter."""

    longest_region: float = 12.0
    """Not a lag: the longest region, in seconds, that can still be recognised in time."""


LAG_LIMITS = LagLimits()


def lag_limits(skip: float) -> LagLimits:
    """Return the limits for speech that is skipped at a lag of `skip` seconds; the others shrink with a smaller one."""
    share, usual = min(1.0, skip / LAG_LIMITS.skip), LAG_LIMITS
    return LagLimits(
        no_partials=share * usual.no_partials,
        short_regions=share * usual.short_regions,
        skip=skip,
        short_region=share * usual.short_region,
        longest_region=usual.longest_region * skip / usual.skip,
    )


class LagMeter:
    """Measures the lag of a stream against the wall clock.

    The two clocks are aligned again whenever all audio is done. So the drift of a sender's clock over days is not lag,
    and a pipe that is read faster than real time never lags. `now` is in seconds of any monotonic clock.
    """

    def __init__(self) -> None:
        self._now = self._time = 0.0
        self._is_aligned = False

    def caught_up(self, now: float, time: float) -> None:
        """Align the clocks: all audio up to stream second `time` is done."""
        self._now, self._time, self._is_aligned = now, time, True

    def lag(self, now: float, oldest: float) -> float:
        """Return the seconds of lag if the oldest speech that is not done begins at stream second `oldest`."""
        return max(0.0, (now - self._now) - (oldest - self._time)) if self._is_aligned else 0.0
