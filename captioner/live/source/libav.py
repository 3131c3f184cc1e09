"""Live sources that libav opens: RTMP, RTSP, SRT, UDP, HTTP, devices and pipes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.errors import MediaNotReadable, UsageError
from captioner.live.source.decoder import Decoder, Packet, chosen_stream
from captioner.live.source.live_source import SourceInterrupted, SourceItem, SourceOptions
from captioner.media.av_io import reader_of
from captioner.media.relay import relay

if TYPE_CHECKING:
    from av.container import InputContainer

TIMEOUT = 10.0
"""Seconds without a byte after which a connection counts as broken."""

_READ_SIZE = 1 << 16

_LISTENERS = ("udp:", "rtp:", "srt:", "rist:")
"""Addresses at which captioner may wait for a sender."""

_PROBING = {"analyzeduration": "1000000"}
"""Microseconds of the stream that libav probes to find its tracks. What it probed is decoded afterwards."""


class StreamSource:
    """The stream at an address. Each call of `items` opens a new connection."""

    def __init__(self, name: str, options: SourceOptions) -> None:
        self.name = name
        self._options = options
        self._decoder = Decoder()

    def items(self) -> Iterator[SourceItem]:
        import av

        try:
            with self._container() as container:
                yield from self._packets(container)
        except av.FFmpegError as error:
            raise self._error_for(error) from error
        raise SourceInterrupted("the sender closed the connection")

    @contextmanager
    def _container(self) -> Iterator[InputContainer]:
        """The opened address. The ffmpeg of this machine opens what PyAV's libav was built without."""
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
            reader_of(process.output.read) as reader,
        ):
            try:
                container = self._open(reader, None)
            except av.FFmpegError as error:
                raise SourceInterrupted(process.last_message(), waiting=self._listens) from error
            with container:
                yield container

    def _open(self, file: Any, format_name: str | None) -> InputContainer:
        import av

        options = {**_PROBING, **(self._options.options if file == self.name else {})}
        container: InputContainer = av.open(
            file, "r", format_name, options=options, timeout=TIMEOUT, metadata_errors="replace"
        )
        return container

    def _packets(self, container: InputContainer) -> Iterator[SourceItem]:
        stream = chosen_stream(container, self._options.track, self.name)
        if container.duration and not self._options.format and "http" in self.name[:5].lower():
            raise UsageError(f"{self.name}: is a file, not a stream; use 'captioner {self.name}'")
        for ticks, samples in self._decoder.decode(stream, container.demux(stream)):
            yield Packet(ticks, samples)

    def _error_for(self, error: Exception) -> SourceInterrupted:
        """The interruption that an error of libav means."""
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
                options, format_name = {**_PROBING, **self._options.options}, self._options.format
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
