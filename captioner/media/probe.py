"""Probing: the streams of a source, as libav reads them through PyAV, and the timestamp that a player shows as 0."""

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
from captioner.media.source import MOST_STREAMS, NETWORK_TIMEOUT, MediaSource, open_source
from captioner.media.timeline import LONGEST_GAP
from captioner.media.tracks import UNKNOWN_CODEC, AudioTrack, Kind, Media, StreamInfo
from captioner.timestamps import parse_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

# Formats whose headers count samples or bytes. In others the end is estimated from the bit rate or the last timestamp.
_FORMATS_WITH_EXACT_END = {"mov", "wav", "flac", "aiff", "caf", "w64", "au", "avi", "tta", "ape"}


@contextmanager
def open_media(source: str) -> Iterator[Media]:
    """Open a path, an address that ffmpeg reads, or `-` for standard input. Raises `MediaNotReadable`.

    At the end of the block, every thread stops reading the source.
    """
    with open_source(source) as opened, opened.on_close:
        yield probe_in_subprocess(opened) if is_large_file(opened) else probe(opened)


def probe(source: MediaSource) -> Media:
    """Return what `source` holds. Raises `MediaNotReadable` if libav cannot read it."""
    import av

    timeout = None if source.pipe else NETWORK_TIMEOUT
    try:
        with (
            _readable(source) as file,
            av.open(file, options=dict(source.options), metadata_errors="replace", timeout=timeout) as container,
        ):
            media = _describe(source, container)
            if not (source.path or source.pipe) and "mov" in container.format.name.split(","):
                _refuse_unreachable_index(source, container)
            return media
    except (av.FFmpegError, OSError) as error:
        raise MediaNotReadable(source.name, _reason(source, error)) from error


def _refuse_unreachable_index(source: MediaSource, container: InputContainer) -> None:
    """Raise `MediaNotReadable` if a movie's index comes last and its server sends no byte ranges to seek back."""
    try:
        next(container.demux(), None)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        reason = "cannot be read from its server: its index comes last, and the server sends no byte ranges"
        raise MediaNotReadable(source.name, f"{reason}; download it first") from error


@contextmanager
def _readable(source: MediaSource) -> Iterator[Any]:
    """Return what PyAV opens: a reader of the pipe, else the URL."""
    if source.pipe is None:
        yield source.url
        return
    with reader_of(source.pipe.read) as reader:
        yield reader


def _reason(source: MediaSource, error: Exception) -> str:
    import av

    if isinstance(error, (av.InvalidDataError, av.ArgumentError)):
        if source.path and _is_mp4_or_mov_file(source.path):
            return "is an MP4 or MOV without its index, which is written last: its recording or copying was cut off"
        return "is not media that captioner can read"
    if getattr(error, "errno", None) == errno.ENOMEM:
        return f"has more than {MOST_STREAMS} streams, or its header is damaged"
    if isinstance(error, av.ExitError):
        return f"the server did not respond within {NETWORK_TIMEOUT:g} s"
    if isinstance(error, OSError) and error.errno == errno.EIO and not (source.path or source.pipe):
        return "cannot be reached"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _is_mp4_or_mov_file(path: Path) -> bool:
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
            audio_track(number, stream, origin if _has_exact_end(stream, formats) else None)
            for number, stream in enumerate(container.streams.audio, start=1)
        ),
        frame_rate=_frame_rate(container),
        input=source,
        streams=tuple(map(_stream, container.streams)),
        tags=dict(container.metadata),
    )


def _stream(stream: Any) -> StreamInfo:
    from av.stream import Disposition

    codec = stream.codec_context
    return StreamInfo(
        index=stream.index,
        kind=stream.type if stream.type in get_args(Kind) else "data",
        codec=codec.name if codec else "timecode" if "timecode" in stream.metadata else UNKNOWN_CODEC,
        language=stream.metadata.get("language"),
        flags=tuple(str(flag.name) for flag in Disposition if flag & stream.disposition),
    )


def _origin(container: InputContainer, formats: set[str]) -> Fraction:
    """Return the timestamp that a player shows as 0: the earliest timestamp of audio or video.

    MP4 and MOV are different: a movie has its own clock, which begins at 0 even if nothing plays yet. mpv, the browsers
    and QuickTime agree. A fragment of a long broadcast still has the broadcast's clock, which starts anywhere; players
    skip that time.
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
    """Return the seconds from the moment that a player shows as 0 to the end."""
    assert container.duration is not None
    end = Fraction((container.start_time or 0) + container.duration, 1_000_000)
    return max(0.0, float(end - origin))


def _has_exact_end(stream: Stream, formats: set[str]) -> bool:
    """Return whether the end is exact. An MP3 with a start time has an encoder's header, which counts its frames."""
    return bool(formats & _FORMATS_WITH_EXACT_END) or ("mp3" in formats and bool(stream.start_time))


def audio_track(number: int, stream: Any, origin: Fraction | None = None) -> AudioTrack:
    """Return one audio stream of libav.

    With `origin`, the timestamp of 0 s, also where its header says that it ends.
    """
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
    """Return the frame rate of the video; None without video, or if the rate varies."""
    from av.stream import Disposition

    for stream in container.streams.video:
        average, base = stream.average_rate, stream.base_rate
        if stream.disposition & Disposition.attached_pic or not average or not base:
            continue
        # `base` counts fields if the video is interlaced, two for each frame.
        rate = next((rate for rate in (base, base / 2) if abs(rate / average - 1) < 0.001), None)
        return rate and _as_timecode_counts(rate)
    return None


def _as_timecode_counts(rate: Fraction) -> Fraction | None:
    """Return the exact rate, since containers round 30000/1001 to 2997/100; None if timecode cannot count it."""
    try:
        return parse_rate(str(rate)).per_second
    except ValueError:
        return None
