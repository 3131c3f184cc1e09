"""Streams that libav opens: RTMP, RTSP, SRT, UDP, HTTP, devices, pipes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.errors import MediaNotReadable, NoAudio, UnknownName, UsageError
from captioner.languages import language_tag, speaks
from captioner.live.source.contract import Interrupted, Item, SourceOptions
from captioner.live.source.decoder import Decoder, Packet
from captioner.media.av_io import reader_of
from captioner.media.relay import relay

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

PATIENCE = 10.0
"""Seconds without a byte after which a connection counts as broken."""

_READ = 1 << 16
_LISTENERS = ("udp:", "rtp:", "srt:", "rist:")
"""Addresses at which one may wait for a sender."""

_PROBING = {"analyzeduration": "1000000"}
"""Microseconds of the stream that libav looks at before it says what is in it; all of it is heard afterwards."""


class StreamSource:
    """An address. Each call of `items` connects anew."""

    def __init__(self, name: str, opening: SourceOptions) -> None:
        self.name = name
        self._opening = opening
        self._decoder = Decoder()

    def items(self) -> Iterator[Item]:
        import av

        try:
            with self._container() as container:
                yield from self._packets(container)
        except av.FFmpegError as error:
            raise self._judged(error) from error
        raise Interrupted("the sender is gone")

    @contextmanager
    def _container(self) -> Iterator[InputContainer]:
        """The opened address; by the ffmpeg of this machine where PyAV's libav was built without the protocol."""
        import av

        try:
            container = self._open(self.name, self._opening.format)
        except (av.ProtocolNotFoundError, ValueError) as error:
            if isinstance(error, ValueError) and not self._opening.format:
                raise
        else:
            with container:
                yield container
            return
        with (
            relay(self.name, self._opening.format, self._opening.options) as work,
            reader_of(work.output.read) as reader,
        ):
            try:
                container = self._open(reader, None)
            except av.FFmpegError as error:
                raise Interrupted(work.last_message(), waiting=self._listens) from error
            with container:
                yield container

    def _open(self, file: Any, format_name: str | None) -> InputContainer:
        import av

        options = {**_PROBING, **(self._opening.options if file == self.name else {})}
        container: InputContainer = av.open(
            file, "r", format_name, options=options, timeout=PATIENCE, metadata_errors="replace"
        )
        return container

    def _packets(self, container: InputContainer) -> Iterator[Item]:
        stream = chosen(container, self._opening.track, self.name)
        if container.duration and not self._opening.format and "http" in self.name[:5].lower():
            raise UsageError(f"{self.name}: is a file and not a stream; 'captioner {self.name}' captions it")
        for ticks, samples in self._decoder.decode(stream, container.demux(stream)):
            yield Packet(ticks, samples)

    def _judged(self, error: Exception) -> Exception:
        import av

        late = isinstance(error, av.ExitError) or getattr(error, "errno", None) == errno.ETIMEDOUT
        if late:
            return Interrupted(f"nothing came for {PATIENCE:g} s", waiting=self._listens)
        if isinstance(error, (av.InvalidDataError, av.ArgumentError, av.ProtocolNotFoundError)):
            return Interrupted("is no stream that ffmpeg reads")
        if getattr(error, "errno", None) == errno.EIO:
            return Interrupted("cannot be reached", waiting=self._listens and not self._refused(error))
        return Interrupted(str(getattr(error, "strerror", None) or error).lower())

    def _refused(self, error: Exception) -> bool:
        return "in use" in str(error).lower()

    @property
    def _listens(self) -> bool:
        return self.name.lower().startswith(_LISTENERS) or "listen" in self._opening.options


class PipeSource:
    """Standard input or a named pipe, PCM or any container: it comes once, and its end is the end."""

    def __init__(self, name: str, path: Path | None, opening: SourceOptions) -> None:
        self.name = name
        self._path = path
        self._opening = opening

    def items(self) -> Iterator[Item]:
        import av

        with self._read() as read, reader_of(read) as reader:
            try:
                options, name = {**_PROBING, **self._opening.options}, self._opening.format
                with av.open(reader, "r", name, options=options, metadata_errors="replace") as container:
                    stream = chosen(container, self._opening.track, self.name)
                    for ticks, samples in Decoder().decode(stream, container.demux(stream)):
                        reader.check()
                        yield Packet(ticks, samples, idle=0.0)
            except (av.FFmpegError, ValueError) as error:
                raise MediaNotReadable(self.name, "is not media that captioner can read") from error

    @contextmanager
    def _read(self) -> Iterator[Callable[[int], bytes]]:
        if self._path is None:
            yield lambda size: os.read(sys.stdin.fileno(), min(size, _READ))
            return
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except OSError as error:
            raise MediaNotReadable(self.name, f"cannot be read: {error.strerror}") from error
        try:
            yield lambda size: os.read(descriptor, min(size, _READ))
        finally:
            os.close(descriptor)


def chosen(container: InputContainer, asked: str | None, name: str) -> AudioStream:
    """The sound track that is asked for, by number from 1 or by language. Raises `NoAudio`, `UnknownName`."""
    tracks = container.streams.audio
    if not tracks:
        raise NoAudio(name)
    if asked is None:
        return tracks[0]
    for number, track in enumerate(tracks, 1):
        if asked == str(number) or speaks(language_tag(track.language), asked):
            return track
    raise UnknownName("audio track", asked, (f"{number} ({track.language})" for number, track in enumerate(tracks, 1)))
