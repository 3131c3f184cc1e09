"""Maps the timestamps of a source to one clock that never goes back. Pure: it reads no audio and opens no socket.

The clock of a live source wraps (33 bits of 90 kHz: every 26.5 hours), begins again with its sender, and leaves gaps.
The stream's own clock begins at 0 with the first audio that was ever read and counts whole samples from there. Where
the source's timestamps run on, it follows them; where they break, a new epoch begins.
"""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE = 16_000
"""Samples per second of the stream's clock."""

TICKS = 90_000
"""Ticks per second of the MPEG clock, to which all timestamps are converted."""

WRAP = 1 << 33
"""The MPEG clock counts its ticks modulo this."""

JITTER = 0.04
"""Seconds by which timestamps may differ from the count of samples: they are rounded, and real clocks jitter."""

OVERLAP = 1.0
"""Seconds. Audio that is older than the clock by up to this was read before; older audio is from another clock."""

GAP = 10.0
"""Seconds by which timestamps may jump ahead, beyond the time without audio. A longer jump is another clock."""


@dataclass(frozen=True)
class Epoch:
    """A run of timestamps without a break."""

    number: int
    """Counts the epochs of a stream from 0."""

    time: float
    """Stream second at which the epoch begins."""

    ticks: int
    """The source's clock at that moment."""

    def ticks_at(self, time: float) -> int:
        """Return the source's clock at a stream second, modulo `WRAP`."""
        return (self.ticks + round((time - self.time) * TICKS)) % WRAP


@dataclass(frozen=True)
class PlacedPacket:
    """The place of a packet's samples on the stream's clock."""

    position: int
    """Stream sample at which the new samples begin."""

    overlap: int
    """Samples at the beginning of the packet that were read before."""

    epoch: Epoch


class StreamClock:
    """Places one packet after another on the stream's clock.

    `position` is the stream sample after the last packet, `epoch` is None before the first. Both are given to continue
    an earlier run.
    """

    def __init__(self, epoch: Epoch | None = None, position: int = 0) -> None:
        self.epoch = epoch
        self.position = position

    @property
    def time(self) -> float:
        """The stream second after the last packet."""
        return self.position / SAMPLE_RATE

    def place(
        self, ticks: int, length: int, *, idle: float = 0.0, late: float = 0.0, discontinuity: bool = False
    ) -> PlacedPacket:
        """Place `length` samples whose first one has the timestamp `ticks`.

        `idle` is the number of seconds without audio before them, `late` the number of seconds by which the clock is
        behind the time: what came meanwhile waits, or is lost. `discontinuity` means that the source announced a break
        in its timestamps.
        """
        epoch, ahead = self.epoch, self._ahead(ticks)
        if epoch is None or discontinuity or not -OVERLAP <= ahead <= max(idle, late) + GAP:
            self.position += round(idle * SAMPLE_RATE) if epoch else 0
            epoch, ahead = Epoch(epoch.number + 1 if epoch else 0, self.time, ticks), 0.0
        overlap = 0
        if abs(ahead) > JITTER:
            shift = round(ahead * SAMPLE_RATE)
            overlap = min(length, max(0, -shift))
            self.position += max(0, shift)
        self.epoch = epoch
        placed = PlacedPacket(self.position, overlap, epoch)
        self.position += length - overlap
        return placed

    def _ahead(self, ticks: int) -> float:
        """Return the seconds from the end of the clock to the timestamp, taking the nearest turn of the MPEG clock."""
        if self.epoch is None:
            return 0.0
        expected = self.epoch.ticks + round((self.time - self.epoch.time) * TICKS)
        return ((ticks - expected + WRAP // 2) % WRAP - WRAP // 2) / TICKS
