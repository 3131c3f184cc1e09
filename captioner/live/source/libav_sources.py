"""Live sources that libav opens: RTMP, RTSP, SRT, UDP, HTTP, devices and pipes."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.errors import MediaNotReadable, UsageError
from captioner.live.source.decoder import Decoder, Packet, chosen_stream
from captioner.live.source.live_source import SourceInterrupted, SourceItem, SourceOptions
from captioner.live.stream_clock import TICKS
from captioner.media.av_io import reader_of
from captioner.media.ffmpeg_relay import relay
from captioner.media.source import NETWORK_ONLY

if TYPE_CHECKING:
    from av.container import InputContainer

TIMEOUT = 10.0
"""Seconds without a byte after which a connection counts as broken."""

_READ_SIZE = 1 << 16

_LISTENERS = ("udp:", "rtp:", "srt:", "rist:")
"""Addresses at which captioner may wait for a sender."""

_PROBING = {"analyzeduration": "1000000"}
"""Microseconds of the stream that libav probes to find its tracks. What it probed is decoded afterwards."""


BURST = 0.05
"""Seconds in which libav hands out what it read to find the tracks."""

LATE_START = {True: 0.3, False: 0.8}
"""Seconds by which a sender that captioner waits for, or calls, must have begun later than its connection to count.

The packets that libav holds back at the end of what it read make a sender seem late by up to that.
"""


NO_ADDRESSES = {"protocol_whitelist": "none"}
"""Options of libav for bytes that may be a playlist: libav then opens none of the files that it names."""


class StreamSource:
    """The stream at an address. Each call of `items` opens a new connection. `now` is a monotonic clock in seconds."""

    def __init__(self, name: str, options: SourceOptions, now: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._now = now
        self._opened = 0.0  # when the connection was opened, or its first byte came
        self._ready = 0.0  # when libav knew its tracks
        self._options = options
        self._decoder = Decoder()

    def items(self) -> Iterator[SourceItem]:
        import av

        self._opened = self._now()
        try:
            with self._container() as container:
                yield from self._packets(container)
        except av.FFmpegError as error:
            raise self._error_for(error) from error
        raise SourceInterrupted("the sender closed the connection")

    @contextmanager
    def _container(self) -> Iterator[InputContainer]:
        """Yield the opened address. The ffmpeg of this machine opens what PyAV's libav was built without."""
        import av

        try:
            container = self._open(self.name, self._options.format)
        except (av.ProtocolNotFoundError, ValueError) as error:
            if isinstance(error, ValueError) and not self._options.format:
                raise
        else:
            with container:
                yield container
            return
        with (
            relay(self.name, self._options.format, self._options.options) as process,
            reader_of(self._noting_first(process.output.read)) as reader,
        ):
            try:
                container = self._open(reader, None)
            except av.FFmpegError as error:
                raise SourceInterrupted(process.last_message(), waiting=self._listens) from error
            with container:
                yield container

    def _open(self, file: Any, format_name: str | None) -> InputContainer:
        import av

        options = {**NETWORK_ONLY, **_PROBING, **(self._options.options if file == self.name else NO_ADDRESSES)}
        container: InputContainer = av.open(
            file, "r", format_name, options=options, timeout=TIMEOUT, metadata_errors="replace"
        )
        return container

    def _packets(self, container: InputContainer) -> Iterator[SourceItem]:
        stream = chosen_stream(container, self._options.track, self.name)
        if container.duration and not self._options.format and "http" in self.name[:5].lower():
            raise UsageError(f"{self.name}: is a file, not a stream; use 'captioner {self.name}'")
        demuxed = container.demux()
        burst, error = self._burst(demuxed)
        spans = [_span(packet) for packet in burst if packet.pts is not None]
        begin = min((start for start, _ in spans), default=0.0)
        sent = max((end for _, end in spans[:-1]), default=begin) - begin
        began = max(self._opened, self._ready - sent - LATE_START[self._listens])
        is_first = True
        for ticks, samples in self._decoder.decode(stream, _of(stream, chain(burst, demuxed))):
            yield Packet(ticks, samples, due=began + max(0.0, ticks / TICKS - begin) if is_first else None)
            is_first = False
        if error:
            raise error

    def _burst(self, packets: Iterator[Any]) -> tuple[list[Any], Exception | None]:
        """What libav read to find the tracks, the packet after it, and the error that came instead of one."""
        import av

        self._ready, burst = self._now(), list[Any]()
        try:
            for packet in packets:
                burst.append(packet)
                if self._now() - self._ready > BURST:
                    break
        except av.FFmpegError as error:
            return burst, error
        return burst, None

    def _noting_first(self, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
        """Return `read`, which notes when the first byte comes."""
        first = True

        def noting(size: int) -> bytes:
            nonlocal first
            data = read(size)
            if first:
                first, self._opened = False, self._now()
            return data

        return noting

    def _error_for(self, error: Exception) -> SourceInterrupted:
        """Return the interruption that an error of libav means."""
        import av

        if isinstance(error, av.ExitError) or getattr(error, "errno", None) == errno.ETIMEDOUT:
            return SourceInterrupted(f"no data for {TIMEOUT:g} s", waiting=self._listens)
        if isinstance(error, (av.InvalidDataError, av.ArgumentError, av.ProtocolNotFoundError)):
            return SourceInterrupted("is not a stream that ffmpeg can read")
        if getattr(error, "errno", None) == errno.EIO:
            return SourceInterrupted("cannot be reached", waiting=self._listens and "in use" not in str(error).lower())
        return SourceInterrupted(str(getattr(error, "strerror", None) or error).lower())

    @property
    def _listens(self) -> bool:
        return self.name.lower().startswith(_LISTENERS) or "listen" in self._options.options


def _span(packet: Any) -> tuple[float, float]:
    """Start and end of a packet, in seconds on the sender's clock."""
    start = float(packet.pts * packet.time_base)
    return start, start + float((packet.duration or 0) * packet.time_base)


def _of(stream: Any, packets: Iterable[Any]) -> Iterator[Any]:
    """Return those packets that belong to a stream."""
    return (packet for packet in packets if packet.stream is stream)


class PipeSource:
    """Standard input or a named pipe, with PCM or any container. Its end is the end of the stream."""

    def __init__(self, name: str, path: Path | None, options: SourceOptions) -> None:
        self.name = name
        self._path = path
        self._options = options

    def items(self) -> Iterator[SourceItem]:
        import av

        with self._open() as read, reader_of(read) as reader:
            try:
                options, format_name = {**_PROBING, **NO_ADDRESSES, **self._options.options}, self._options.format
                with av.open(reader, "r", format_name, options=options, metadata_errors="replace") as container:
                    stream = chosen_stream(container, self._options.track, self.name)
                    for ticks, samples in Decoder().decode(stream, container.demux(stream)):
                        reader.check()
                        yield Packet(ticks, samples, idle=0.0)
            except (av.FFmpegError, ValueError) as error:
                raise MediaNotReadable(self.name, "is not media that captioner can read") from error

    @contextmanager
    def _open(self) -> Iterator[Callable[[int], bytes]]:
        if self._path is None:
            yield lambda size: os.read(sys.stdin.fileno(), min(size, _READ_SIZE))
            return
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except OSError as error:
            raise MediaNotReadable(self.name, f"cannot be read: {error.strerror}") from error
        try:
            yield lambda size: os.read(descriptor, min(size, _READ_SIZE))
        finally:
            os.close(descriptor)
