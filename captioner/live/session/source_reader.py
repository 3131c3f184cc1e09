"""The sound of a source on the stream's clock, through broken connections, gaps and clocks that start anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from captioner.errors import MediaNotReadable, StreamLost
from captioner.live.events import TimedSegment
from captioner.live.source.contract import HlsEnded, HlsStream, Interrupted, LiveSource, SegmentRead
from captioner.live.source.decoder import Packet
from captioner.live.stream_clock import SAMPLE_RATE, Epoch, PlacedPacket, StreamClock
from captioner.values import Audio

SHORT_GAP = 1.0
"""Seconds. A gap up to this is filled with silence, since a word may go on behind it; a longer one ends a region."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds between two attempts to connect: doubled each time."""


@dataclass(frozen=True)
class AudioPiece:
    """A piece of the stream's sound, its start in seconds of the stream's clock, and the epoch it lies in."""

    audio: Audio
    epoch: Epoch


@dataclass(frozen=True)
class ConnectionLost:
    """The source broke off and is being called again; `reason` is half a sentence."""

    reason: str


Reading = AudioPiece | TimedSegment | HlsStream | ConnectionLost | HlsEnded


class SourceReader:
    """Reads a source until it ends, or stays away for longer than `patience` seconds.

    `clock` says where the stream's time goes on, `idle` for how many seconds nothing was read before now.
    """

    def __init__(
        self,
        source: LiveSource,
        clock: StreamClock,
        *,
        patience: float,
        idle: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._source, self._clock, self._patience = source, clock, patience
        self._now, self._sleep = now, sleep
        self._came = now() - idle  # when something came last
        self._chapter: float | None = None  # where the segment in hand begins
        self._connected = self._fresh = False

    def readings(self) -> Iterator[Reading]:
        """All there is. Raises `MediaError` for a source that never was one, `StreamLost` for one that stays away."""
        wait = FIRST_WAIT
        began = self._now()
        while True:
            self._fresh = False
            try:
                yield from self._connection()
                return
            except Interrupted as error:
                if not self._connected and not error.waiting:
                    raise MediaNotReadable(self._source.name, error.reason) from error
                since = self._came if self._connected else began
                if self._now() - since > self._patience:
                    raise StreamLost(self._source.name, f"{error.reason}, for {self._patience:g} s by now") from error
                yield ConnectionLost(error.reason)
            wait = FIRST_WAIT if self._fresh else min(2 * wait, LONGEST_WAIT)
            self._sleep(wait)

    def _connection(self) -> Iterator[Reading]:
        for item in self._source.items():
            if isinstance(item, Packet):
                yield from self._laid(item)
            elif isinstance(item, (HlsEnded, HlsStream)):
                yield item
            elif self._clock.epoch:
                yield self._passed(item, self._clock.epoch)

    def _laid(self, packet: Packet) -> Iterator[AudioPiece]:
        now = self._now()
        idle = now - self._came if packet.idle is None else packet.idle
        self._came, self._connected, self._fresh = now, True, True
        before, epoch = self._clock.position, self._clock.epoch
        laid = self._clock.lay(packet.ticks, len(packet.samples), idle=idle, cut=packet.cut)
        gap = laid.position - before
        self._chapter = laid.position / SAMPLE_RATE if self._chapter is None else self._chapter
        if laid.epoch == epoch and 0 < gap <= SHORT_GAP * SAMPLE_RATE:
            yield AudioPiece(_audio(np.zeros(gap, np.float32), before), laid.epoch)
        yield from self._sound(packet, laid)

    def _sound(self, packet: Packet, laid: PlacedPacket) -> Iterator[AudioPiece]:
        samples = packet.samples[laid.heard :]
        if len(samples):
            yield AudioPiece(_audio(samples, laid.position), laid.epoch)

    def _passed(self, passed: SegmentRead, epoch: Epoch) -> TimedSegment:
        start, end = self._chapter, self._clock.time
        self._chapter = None
        if start is None:  # a segment without a sound
            start, end = end, end + passed.piece.duration
        return TimedSegment(passed.piece, passed.target, start, end, epoch, passed.oldest, passed.older, passed.anew)


def _audio(samples: np.ndarray[tuple[int], np.dtype[np.float32]], position: int) -> Audio:
    return Audio(samples, SAMPLE_RATE, position / SAMPLE_RATE)
