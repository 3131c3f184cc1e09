"""From a source's timestamps to one line of time that never goes back. Pure: sound and sockets are elsewhere.

A live source's clock wraps (33 bits of 90 kHz: every 26.5 hours), starts anew when its sender does, and leaves gaps.
The stream's own clock begins at 0 with the first sound that was ever heard and counts whole samples from there. Where
the source's timestamps run on, it follows them; where they break, a new epoch begins.
"""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE = 16_000
"""Samples a second of the stream's clock."""

TICKS = 90_000
"""Ticks a second of MPEG's clock, to which all timestamps are brought."""

WRAP = 1 << 33
"""MPEG's clock shows its ticks modulo this."""

JITTER = 0.04
"""Seconds by which timestamps may differ from the count of samples; they are rounded, and real clocks jitter."""

OVERLAP = 1.0
"""Seconds. Sound from the past, up to this far back, was heard already; farther back it is another clock."""

GAP = 10.0
"""Seconds beyond the time that nothing came. A longer jump ahead is another clock."""

PAUSE = 0.5
"""Seconds without a packet that are no pause: packets come in bursts."""


@dataclass(frozen=True)
class Epoch:
    """A run of timestamps without a break: at stream second `time` the source's clock shows `ticks`, not yet wrapped.

    `number` counts the epochs of a stream from 0.
    """

    number: int
    time: float
    ticks: int

    def ticks_at(self, time: float) -> int:
        """What MPEG's clock shows at a stream second, wrapped as it is in the stream."""
        return (self.ticks + round((time - self.time) * TICKS)) % WRAP


@dataclass(frozen=True)
class PlacedPacket:
    """Where samples were laid: the stream sample at which they begin, how many of them were heard before."""

    position: int
    overlap: int
    epoch: Epoch


class StreamClock:
    """Lays samples on the line, one piece after another. `position` is the stream sample after the last one.

    `epoch` is None before anything came; both are given to go on where an earlier run stopped.
    """

    def __init__(self, epoch: Epoch | None = None, position: int = 0) -> None:
        self.epoch = epoch
        self.position = position

    @property
    def time(self) -> float:
        """Seconds: where the line ends by now."""
        return self.position / SAMPLE_RATE

    def place(self, ticks: int, length: int, *, idle: float = 0.0, discontinuity: bool = False) -> PlacedPacket:
        """Lay `length` samples whose first one bears the timestamp `ticks`.

        `idle` is for how many seconds nothing came before them; `cut` says that the source itself announced a break.
        """
        epoch, ahead = self.epoch, self._ahead(ticks)
        if epoch is None or discontinuity or not -OVERLAP <= ahead <= idle + GAP:
            self.position += round(idle * SAMPLE_RATE) if epoch and idle > PAUSE else 0
            epoch, ahead = Epoch(epoch.number + 1 if epoch else 0, self.time, ticks), 0.0
        heard = 0
        if abs(ahead) > JITTER:
            shift = round(ahead * SAMPLE_RATE)
            heard = min(length, max(0, -shift))
            self.position += max(0, shift)
        self.epoch = epoch
        laid = PlacedPacket(self.position, heard, epoch)
        self.position += length - heard
        return laid

    def _ahead(self, ticks: int) -> float:
        """Seconds from where the line ends to where the timestamp says, the nearest of all turns of the clock."""
        if self.epoch is None:
            return 0.0
        expected = self.epoch.ticks + round((self.time - self.epoch.time) * TICKS)
        return ((ticks - expected + WRAP // 2) % WRAP - WRAP // 2) / TICKS
