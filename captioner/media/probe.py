"""What a source holds, as libav reads it (through PyAV), and which of its timestamps a player shows as 0."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from captioner.errors import MediaNotReadable
from captioner.languages import language_tag
from captioner.media.av_io import reader_of
from captioner.media.pipe import is_mp4_or_mov
from captioner.media.probe_subprocess import is_large_file, probe_in_subprocess
from captioner.media.source import NETWORK_TIMEOUT, MediaSource, open_source
from captioner.media.timeline import LONGEST_GAP
from captioner.media.tracks import UNKNOWN_CODEC, AudioTrack, Kind, Media
from captioner.media.tracks import StreamInfo as Streamed
from captioner.timestamps import parse_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

# Their headers count samples or bytes. Elsewhere the end is an estimate from the bit rate, or the last timestamp found.
_FORMATS_THAT_KNOW_THEIR_END = {"mov", "wav", "flac", "aiff", "caf", "w64", "au", "avi", "tta", "ape"}


@contextmanager
def open_media(source: str) -> Iterator[Media]:
    """Open a path, an address that ffmpeg reads, or `-` for standard input. Raises `MediaNotReadable`.

    Once it is closed nobody reads it any more, in whatever thread.
    """
    with open_source(source) as opened, opened.on_close:
        yield probe_in_subprocess(opened) if is_large_file(opened) else probe(opened)


def probe(source: MediaSource) -> Media:
    """What `source` holds. Raises `MediaNotReadable` where libav makes nothing of it."""
    import av

    timeout = None if source.pipe else NETWORK_TIMEOUT
    try:
        with (
            _readable(source) as file,
            av.open(file, options=dict(source.options), metadata_errors="replace", timeout=timeout) as container,
        ):
            media = _describe(source, container)
            if not (source.path or source.pipe) and "mov" in container.format.name.split(","):
                _refuse_out_of_reach(source, container)
            return media
    except (av.FFmpegError, OSError) as error:
        raise MediaNotReadable(source.name, _reason(source, error)) from error


def _refuse_out_of_reach(source: MediaSource, container: InputContainer) -> None:
    """A movie that ends with its index says what is in it, yet its server may have no way back to where that lies."""
    try:
        next(container.demux(), None)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        reason = "cannot be read from its server: its index comes last, and the server sends no byte ranges"
        raise MediaNotReadable(source.name, f"{reason}; download it first") from error


@contextmanager
def _readable(source: MediaSource) -> Iterator[Any]:
    """What PyAV opens: a reader of what flows, else the address."""
    if source.pipe is None:
        yield source.url
        return
    with reader_of(source.pipe.read) as reader:
        yield reader


def _reason(source: MediaSource, error: Exception) -> str:
    import av

    if isinstance(error, (av.InvalidDataError, av.ArgumentError)):
        if source.path and _is_movie(source.path):
            return "is an MP4 or MOV without its index, which is written last: recording or copying it broke off"
        return "is not media that captioner can read"
    if isinstance(error, av.ExitError):
        return f"gave no answer within {NETWORK_TIMEOUT:g} s"
    if isinstance(error, OSError) and error.errno == errno.EIO and not (source.path or source.pipe):
        return "cannot be reached"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _is_movie(path: Path) -> bool:
    with path.open("rb") as file:
        return is_mp4_or_mov(file.read(8))


def _describe(source: MediaSource, container: InputContainer) -> Media:
    formats = set(container.format.name.split(","))
    origin = _origin(container, formats)
    return Media(
        source=source.name,
        duration=None if container.duration is None else _duration(container, origin),
        start_time=float(origin),
        tracks=tuple(
            _track(number, stream, origin if _end_is_counted(stream, formats) else None)
            for number, stream in enumerate(container.streams.audio, start=1)
        ),
        frame_rate=_frame_rate(container),
        input=source,
        streams=tuple(map(_stream, container.streams)),
        tags=dict(container.metadata),
    )


def _stream(stream: Any) -> Streamed:
    from av.stream import Disposition

    codec = stream.codec_context
    return Streamed(
        index=stream.index,
        kind=stream.type if stream.type in get_args(Kind) else "data",
        codec=codec.name if codec else "timecode" if "timecode" in stream.metadata else UNKNOWN_CODEC,
        language=stream.metadata.get("language"),
        flags=tuple(str(flag.name) for flag in Disposition if flag & stream.disposition),
    )


def _origin(container: InputContainer, formats: set[str]) -> Fraction:
    """The timestamp that a player shows as 0: the earliest one that is heard or seen.

    Except in the family of MP4 and MOV: there a movie has a clock of its own, which begins at 0 even where nothing
    does yet. mpv, the browsers and QuickTime agree. A fragment cut from a long broadcast still bears the broadcast's
    clock, which starts anywhere; no player makes anybody wait for that.
    """
    starts = [start for stream in container.streams if (start := _start(stream)) is not None]
    earliest = min(starts, default=Fraction(container.start_time or 0, 1_000_000))
    return Fraction(0) if "mov" in formats and 0 <= earliest <= LONGEST_GAP else earliest


def _start(stream: Stream) -> Fraction | None:
    from av.stream import Disposition

    if stream.type not in ("audio", "video") or stream.disposition & Disposition.attached_pic:
        return None
    if stream.start_time is None or stream.time_base is None:
        return None
    return stream.start_time * stream.time_base


def _duration(container: InputContainer, origin: Fraction) -> float:
    """Seconds from what a player shows as 0 to the end."""
    assert container.duration is not None
    end = Fraction((container.start_time or 0) + container.duration, 1_000_000)
    return max(0.0, float(end - origin))


def _end_is_counted(stream: Stream, formats: set[str]) -> bool:
    """An MP3 that starts late has a header from its encoder, which tells the delay and counts the frames as well."""
    return bool(formats & _FORMATS_THAT_KNOW_THEIR_END) or ("mp3" in formats and bool(stream.start_time))


def _track(number: int, stream: Any, origin: Fraction | None) -> AudioTrack:
    from av.stream import Disposition

    codec = stream.codec_context
    layout = codec.layout.name if codec else ""
    end = None
    if origin is not None and stream.duration is not None:
        end = float(((stream.start_time or 0) + stream.duration) * stream.time_base - origin)
    return AudioTrack(
        number=number,
        language=language_tag(stream.language),
        title=stream.metadata.get("title") or None,
        channels=codec.channels if codec else 0,
        sample_rate=codec.sample_rate if codec else 0,
        codec=codec.name if codec else UNKNOWN_CODEC,
        default=bool(stream.disposition & Disposition.default),
        layout=None if layout.endswith(("channel", "channels")) else layout or None,
        end=end,
    )


def _frame_rate(container: InputContainer) -> Fraction | None:
    """Frames a second of the video; None without one, or where they do not come evenly."""
    from av.stream import Disposition

    for stream in container.streams.video:
        average, base = stream.average_rate, stream.base_rate
        if stream.disposition & Disposition.attached_pic or not average or not base:
            continue
        # `base` counts the fields of an interlaced video, two of which make a frame.
        rate = next((rate for rate in (base, base / 2) if abs(rate / average - 1) < 0.001), None)
        return rate and _as_timecode_counts(rate)
    return None


def _as_timecode_counts(rate: Fraction) -> Fraction | None:
    """Containers round: 2997/100 is 30000/1001. None for what is no rate of film or video."""
    try:
        return parse_rate(str(rate)).per_second
    except ValueError:
        return None
