"""Snaps cues to shot changes: a cue starts and ends with a cut or well away from one.

The numbers are those of Netflix's Timed Text Style Guide, Subtitle Timing Guidelines, as Subtitle Edit's checker has
them at 5c98fbd (2026-08-22), in frames of 24 a second; half a second scales with the frame rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from captioner.cues.time_grid import TimeGrid

NEAR = 0.5
"""Seconds around a cut in which a cue should start or end only with the cut."""

LATE = 0.75
"""The share of `NEAR` before a cut in which a cue waits for the cut. A cue further ahead is moved away from it."""


class ShotChanges:
    """The cuts of a video, given in `seconds`, in ticks of the grid; false if there are none."""

    def __init__(self, seconds: Iterable[float], grid: TimeGrid) -> None:
        self._cuts = sorted({grid.nearest(second) for second in seconds})
        self._near = round(NEAR * grid.rate)
        self._late = int(LATE * self._near + 0.5)

    def __bool__(self) -> bool:
        return bool(self._cuts)

    def snapped_start(self, start: int, free: int) -> int:
        """Return the new start of a cue that starts at `start`; the words of the cue before it are spoken until `free`.

        Up to half a second after a cut it starts with the cut. 1 to 8 frames before one it waits for the cut, and 9 to
        11 frames before one it starts half a second before the cut.
        """
        before, after = self._around(start)
        if before is not None and start - before < self._near and free <= before:
            return before
        if after is None or after - start >= self._near:
            return start
        if after - start < self._late:
            return after
        return after - self._near if free <= after - self._near else start

    def snapped_end(self, end: int, spoken: int, least: int, latest: int, gap: int) -> int:
        """Return the new end of a cue that ends at `end`.

        Its words are spoken until `spoken`, and it must end from `least` to `latest`. Within half a second of a cut it
        ends `gap` before the cut. Where its words or its minimum reach beyond that, it stays until half a second after
        the cut if it may.
        """
        near = [cut for cut in self._around(end) if cut is not None and abs(cut - end) < self._near]
        if not near:
            return end
        cut = min(near, key=lambda cut: abs(cut - end))
        if spoken <= cut and least <= cut - gap:
            return min(cut - gap, latest)
        return max(end, min(cut + self._near, latest))

    def _around(self, tick: int) -> tuple[int | None, int | None]:
        """Return the last cut at or before a tick, and the first one after it."""
        index = bisect_right(self._cuts, tick)
        return self._cuts[index - 1] if index else None, self._cuts[index] if index < len(self._cuts) else None
