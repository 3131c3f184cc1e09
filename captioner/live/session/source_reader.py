"""Reads a source onto the stream's clock, through broken connections, gaps and clocks that begin again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from captioner.errors import MediaNotReadable, StreamLost
from captioner.live.events import TimedSegment
from captioner.live.source.decoder import Packet
from captioner.live.source.live_source import HlsEnded, HlsStream, LiveSource, SegmentRead, SourceInterrupted
from captioner.live.stream_clock import SAMPLE_RATE, Epoch, StreamClock
from captioner.values import Audio, Samples

FILLED_GAP = 1.0
"""Seconds. A gap up to this is filled with silence, since a word may continue after it; a longer one ends a region."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds between two attempts to connect: doubled each time."""


@dataclass(frozen=True)
class AudioChunk:
    """A chunk of the stream's audio; it starts on the stream's clock, in seconds."""

    audio: Audio

    epoch: Epoch
    """The run of timestamps that the chunk lies in."""


@dataclass(frozen=True)
class ConnectionLost:
    """The connection to the source broke, and captioner connects again."""

    reason: str
    """Why, as the second half of a sentence."""


StreamItem = AudioChunk | TimedSegment | HlsStream | ConnectionLost | HlsEnded


class SourceReader:
    """Reads a source until it ends, or is gone for more than `reconnect_timeout` seconds.

    `clock` is where the stream's time continues. `idle` is the number of seconds without audio before now.
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
        self._last_received = now() - idle  # when the last audio came
        self._segment_start: float | None = None  # where the HLS segment that is being read begins
        self._connected = False  # whether audio ever came
        self._received = False  # whether audio came over this connection

    def read(self) -> Iterator[StreamItem]:
        """Yield all items until the end of the stream.

        Raises `MediaError` for a source that never worked, `StreamLost` for one that does not come back.
        """
        wait = FIRST_WAIT
        started = self._now()
        while True:
            self._received = False
            try:
                yield from self._read_connection()
                return
            except SourceInterrupted as error:
                if not self._connected and not error.waiting:
                    raise MediaNotReadable(self._source.name, error.reason) from error
                since = self._last_received if self._connected else started
                if self._now() - since > self._reconnect_timeout:
                    reason = f"{error.reason}, for {self._reconnect_timeout:g} s"
                    raise StreamLost(self._source.name, reason) from error
                yield ConnectionLost(error.reason)
            wait = FIRST_WAIT if self._received else min(2 * wait, LONGEST_WAIT)
            self._sleep(wait)

    def _read_connection(self) -> Iterator[StreamItem]:
        for item in self._source.items():
            if isinstance(item, Packet):
                yield from self._placed(item)
            elif isinstance(item, (HlsEnded, HlsStream)):
                yield item
            elif self._clock.epoch:
                yield self._timed_segment(item, self._clock.epoch)

    def _placed(self, packet: Packet) -> Iterator[AudioChunk]:
        """The audio of a packet on the stream's clock, after silence for a short gap before it."""
        now = self._now()
        idle = now - self._last_received if packet.idle is None else packet.idle
        self._last_received, self._connected, self._received = now, True, True
        before, epoch = self._clock.position, self._clock.epoch
        placed = self._clock.place(packet.ticks, len(packet.samples), idle=idle, discontinuity=packet.discontinuity)
        gap = placed.position - before
        if self._segment_start is None:
            self._segment_start = placed.position / SAMPLE_RATE
        if placed.epoch == epoch and 0 < gap <= FILLED_GAP * SAMPLE_RATE:
            yield AudioChunk(_audio(np.zeros(gap, np.float32), before), placed.epoch)
        samples = packet.samples[placed.overlap :]
        if len(samples):
            yield AudioChunk(_audio(samples, placed.position), placed.epoch)

    def _timed_segment(self, read: SegmentRead, epoch: Epoch) -> TimedSegment:
        start, end = self._segment_start, self._clock.time
        self._segment_start = None
        if start is None:  # a segment without audio
            start, end = end, end + read.segment.duration
        return TimedSegment(
            segment=read.segment,
            target_duration=read.target_duration,
            start=start,
            end=end,
            epoch=epoch,
            first_sequence=read.first_sequence,
            earlier=read.earlier,
            restarted=read.restarted,
        )


def _audio(samples: Samples, position: int) -> Audio:
    return Audio(samples, SAMPLE_RATE, position / SAMPLE_RATE)
