"""Reads a source onto the stream's clock, through broken connections, gaps and clocks that begin again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from captioner.errors import MediaNotReadable, StreamLost
from captioner.live.events import TimedSegment
from captioner.live.source.decoder import Packet
from captioner.live.source.live_source import (
    HlsEnded,
    HlsStream,
    LiveSource,
    MissingAudio,
    SegmentRead,
    SourceInterrupted,
)
from captioner.live.stream_clock import SAMPLE_RATE, Epoch, StreamClock
from captioner.values import Audio, Samples

FILLED_GAP = 0.1
"""Seconds. A gap up to this is filled with silence; the audio of a longer one is reported as lost."""

PAUSE = 0.5
"""Seconds without a packet that are not a pause: packets come in bursts."""

STEADY = 3600.0
"""Seconds for which the clock of a sender runs with ours, to a fifth of a second."""

NO_AUDIO = "no audio came"
"""Why audio is lost where the source gives no reason."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds between two attempts to connect: doubled each time."""


@dataclass(frozen=True)
class AudioChunk:
    """A chunk of the stream's audio; it starts on the stream's clock, in seconds."""

    audio: Audio

    epoch: Epoch
    """The run of timestamps that the chunk lies in."""


@dataclass(frozen=True)
class LostAudio:
    """A part of the stream without audio, from the last sample received to the first one after. Stream seconds."""

    start: float

    end: float

    epoch: Epoch
    """The run of timestamps before it."""

    reason: str


@dataclass(frozen=True)
class ConnectionLost:
    """The connection to the source broke, and captioner connects again."""

    reason: str
    """Why, as the second half of a sentence."""


StreamItem = AudioChunk | LostAudio | TimedSegment | HlsStream | ConnectionLost | HlsEnded


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
        self._last_received = self._connected_at = now() - idle  # when the last audio came, and that of the connection
        self._stream_start: float | None = None  # when stream second 0 was, by the clock of `now`
        if clock.epoch:
            self._stream_start = self._last_received - clock.time
        self._segment_start: float | None = None  # where the HLS segment that is being read begins
        self._connected = False  # whether audio ever came
        self._received = False  # whether audio came over this connection
        self._missing = 0.0  # seconds that the source could not read since the last packet
        self._gap_reason: str | None = None  # why audio is missing before the next packet

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
                    reason = f"{error.reason}; given up after {self._reconnect_timeout:g} s"
                    raise StreamLost(self._source.name, reason) from error
                self._gap_reason = error.reason
                yield ConnectionLost(error.reason)
            wait = FIRST_WAIT if self._received else min(2 * wait, LONGEST_WAIT)
            self._sleep(wait)

    def _read_connection(self) -> Iterator[StreamItem]:
        for item in self._source.items():
            if isinstance(item, Packet):
                yield from self._placed(item)
            elif isinstance(item, MissingAudio):
                self._missing += item.seconds
                self._gap_reason = item.reason
            elif isinstance(item, HlsEnded):
                yield from self._lost_at_end()
                yield item
            elif isinstance(item, HlsStream):
                yield item
            elif self._clock.epoch:
                yield self._timed_segment(item, self._clock.epoch)

    def _placed(self, packet: Packet) -> Iterator[AudioChunk | LostAudio]:
        """The audio of a packet on the stream's clock, after what is lost before it, or silence for a short gap."""
        now = self._now()
        idle = self._idle(packet, now)
        self._last_received, self._connected, self._received = now, True, True
        before, epoch = self._clock.position, self._clock.epoch
        if epoch is None:  # the first audio: only the source knows of audio before it
            self._clock.position += round(self._missing * SAMPLE_RATE)
        late = 0.0 if self._stream_start is None else now - self._stream_start - self._clock.time
        placed = self._clock.place(
            packet.ticks, len(packet.samples), idle=idle, late=late, discontinuity=packet.discontinuity
        )
        gap = placed.position - before
        if self._segment_start is None:
            self._segment_start = placed.position / SAMPLE_RATE
        if gap > FILLED_GAP * SAMPLE_RATE:
            yield self._lost(before, placed.position, epoch or placed.epoch)
        elif placed.epoch == epoch and gap > 0:
            yield AudioChunk(_audio(np.zeros(gap, np.float32), before), placed.epoch)
        if packet.due is not None:
            self._connected_at = packet.due
            if self._stream_start is None or placed.epoch == epoch:
                self._stream_start = packet.due - placed.position / SAMPLE_RATE
        self._missing, self._gap_reason = 0.0, None
        samples = packet.samples[placed.overlap :]
        if len(samples):
            yield AudioChunk(_audio(samples, placed.position), placed.epoch)

    def _idle(self, packet: Packet, now: float) -> float:
        """Return the seconds without audio before a packet that came `now`.

        What libav reads to find the tracks of a new connection comes late, so the time at which it was sent counts.
        That time is measured from the start of the stream, or every connection would add its own error.
        """
        if packet.idle is not None:
            return packet.idle + self._missing
        if packet.due is None or self._stream_start is None:
            idle = now - self._last_received - len(packet.samples) / SAMPLE_RATE  # it comes when it is complete
            return max(idle if idle > PAUSE else 0.0, self._missing)
        if self._last_received - self._connected_at > STEADY:
            self._stream_start = self._last_received - self._clock.time
        return max(0.0, packet.due - self._stream_start - self._clock.time)

    def _lost_at_end(self) -> Iterator[LostAudio]:
        """What the source could not read after its last packet."""
        clock, before = self._clock, self._clock.position
        clock.position += round(self._missing * SAMPLE_RATE)
        if clock.epoch and clock.position - before > FILLED_GAP * SAMPLE_RATE:
            yield self._lost(before, clock.position, clock.epoch)

    def _lost(self, first: int, last: int, epoch: Epoch) -> LostAudio:
        return LostAudio(first / SAMPLE_RATE, last / SAMPLE_RATE, epoch, self._gap_reason or NO_AUDIO)

    def _timed_segment(self, read: SegmentRead, epoch: Epoch) -> TimedSegment:
        start, end = self._segment_start, self._clock.time
        self._segment_start = None
        if start is None:  # a segment without audio, after the others that were missed
            start, end = (
                end + max(0.0, self._missing - read.segment.duration),
                end + max(self._missing, read.segment.duration),
            )
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
