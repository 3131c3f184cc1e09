"""The sound of a source on the stream's clock, through broken connections, gaps and clocks that start anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from captioner.errors import MediaNotReadable, StreamLost
from captioner.live.events import TimedSegment
from captioner.live.source.contract import HlsEnded, HlsStream, SourceInterrupted, LiveSource, SegmentRead
from captioner.live.source.decoder import Packet
from captioner.live.stream_clock import SAMPLE_RATE, Epoch, PlacedPacket, StreamClock
from captioner.values import Audio

FILLED_GAP = 1.0
"""Seconds. A gap up to this is filled with silence, since a word may go on behind it; a longer one ends a region."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds between two attempts to connect: doubled each time."""


@dataclass(frozen=True)
class AudioChunk:
    """A piece of the stream's sound, its start in seconds of the stream's clock, and the epoch it lies in."""

    audio: Audio
    epoch: Epoch


@dataclass(frozen=True)
class ConnectionLost:
    """The source broke off and is being called again; `reason` is half a sentence."""

    reason: str


StreamItem = AudioChunk | TimedSegment | HlsStream | ConnectionLost | HlsEnded


class SourceReader:
    """Reads a source until it ends, or stays away for longer than `patience` seconds.

    `clock` says where the stream's time goes on, `idle` for how many seconds nothing was read before now.
    """

    def __init__(
        self,
        source: LiveSource,
        clock: StreamClock,
        *,
        reconnect_timeout: float,
        idle: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._source, self._clock, self._reconnect_timeout = source, clock, reconnect_timeout
        self._now, self._sleep = now, sleep
        self._last_received = now() - idle  # when something came last
        self._segment_start: float | None = None  # where the segment in hand begins
        self._connected = self._received = False

    def read(self) -> Iterator[StreamItem]:
        """All there is. Raises `MediaError` for a source that never was one, `StreamLost` for one that stays away."""
        wait = FIRST_WAIT
        began = self._now()
        while True:
            self._received = False
            try:
                yield from self._connection()
                return
            except SourceInterrupted as error:
                if not self._connected and not error.waiting:
                    raise MediaNotReadable(self._source.name, error.reason) from error
                since = self._last_received if self._connected else began
                if self._now() - since > self._reconnect_timeout:
                    raise StreamLost(self._source.name, f"{error.reason}, for {self._reconnect_timeout:g} s by now") from error
                yield ConnectionLost(error.reason)
            wait = FIRST_WAIT if self._received else min(2 * wait, LONGEST_WAIT)
            self._sleep(wait)

    def _connection(self) -> Iterator[StreamItem]:
        for item in self._source.items():
            if isinstance(item, Packet):
                yield from self._placed(item)
            elif isinstance(item, (HlsEnded, HlsStream)):
                yield item
            elif self._clock.epoch:
                yield self._timed_segment(item, self._clock.epoch)

    def _placed(self, packet: Packet) -> Iterator[AudioChunk]:
        now = self._now()
        idle = now - self._last_received if packet.idle is None else packet.idle
        self._last_received, self._connected, self._received = now, True, True
        before, epoch = self._clock.position, self._clock.epoch
        laid = self._clock.place(packet.ticks, len(packet.samples), idle=idle, discontinuity=packet.discontinuity)
        gap = laid.position - before
        self._segment_start = laid.position / SAMPLE_RATE if self._segment_start is None else self._segment_start
        if laid.epoch == epoch and 0 < gap <= FILLED_GAP * SAMPLE_RATE:
            yield AudioChunk(_audio(np.zeros(gap, np.float32), before), laid.epoch)
        yield from self._sound(packet, laid)

    def _sound(self, packet: Packet, laid: PlacedPacket) -> Iterator[AudioChunk]:
        samples = packet.samples[laid.overlap :]
        if len(samples):
            yield AudioChunk(_audio(samples, laid.position), laid.epoch)

    def _timed_segment(self, passed: SegmentRead, epoch: Epoch) -> TimedSegment:
        start, end = self._segment_start, self._clock.time
        self._segment_start = None
        if start is None:  # a segment without a sound
            start, end = end, end + passed.segment.duration
        return TimedSegment(passed.segment, passed.target_duration, start, end, epoch, passed.first_sequence, passed.earlier, passed.restarted)


def _audio(samples: np.ndarray[tuple[int], np.dtype[np.float32]], position: int) -> Audio:
    return Audio(samples, SAMPLE_RATE, position / SAMPLE_RATE)
