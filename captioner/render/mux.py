"""Captions as tracks of a video, which is copied and not encoded: the viewer switches them on and off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from captioner.errors import FfmpegFailed, UnknownName
from captioner.formats import Contents, CueLosses, Written, format_named
from captioner.media import Media, input_arguments, run_job
from captioner.render.containers import Container, SubtitleCodec, container_of
from captioner.render.stream_mapping import UNSUPPORTED_CODEC, map_streams
from captioner.render.subtitles import DISPOSITIONS, FLAGS, Subtitles, refuse_empty

# The format from which ffmpeg reads each codec.
_SOURCE_FORMATS = {"mov_text": "srt", "srt": "srt", "ass": "ass", "webvtt": "vtt"}


def mux(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    codec: SubtitleCodec | None = None,
    progress: Callable[[float], object] = lambda seconds: None,
    warn: Callable[[str], object] = lambda message: None,
) -> None:
    """Write `target`: all streams of `media`, and each of the subtitles as a track after the existing ones.

    `codec` is the codec of the new tracks; None is the container's usual one. `progress` gets the second up to which
    the file is written, `warn` gets what is dropped. Raises `UnknownName` for a container or codec that cannot be
    used, `FormatError`, and what `run_job` raises.
    """
    container = container_of(target)
    for track in subtitles:
        refuse_empty(track)
    codecs = [_codec(track, container, codec) for track in subtitles]
    mapping = map_streams(media, container)
    written = [_written(track, codec) for track, codec in zip(subtitles, codecs, strict=True)]
    files = {_name(number, codec): _bytes(one) for number, (codec, one) in enumerate(zip(codecs, written, strict=True))}
    arguments = [
        *input_arguments(media),
        *(word for name in files for word in ("-i", name)),
        *mapping.arguments,
        *_track_arguments(subtitles, codecs, container, first=mapping.count("subtitle")),
        *("-f", container.muxer),
    ]
    for message in (*mapping.dropped, *_losses(subtitles, codecs, written)):
        warn(message)
    try:
        damage = run_job(arguments, target, files=files, progress=progress)
    except FfmpegFailed as error:
        raise _with_hint(error, container) from error
    if damage:
        warn(damage)


def _losses(
    subtitles: Sequence[Subtitles], codecs: Sequence[SubtitleCodec], written: Sequence[Written]
) -> Iterator[str]:
    """Yield what the tracks cannot store of the captions, apart from word times, which no player shows."""
    for track, codec, one in zip(subtitles, codecs, written, strict=True):
        if losses := one.losses.without("word times"):
            yield f"{track.name}: {_SOURCE_FORMATS[codec]} cannot store {', '.join(losses.phrases())}"


def _codec(track: Subtitles, container: Container, asked: SubtitleCodec | None) -> SubtitleCodec:
    if asked is not None and asked not in container.subtitles:
        raise UnknownName(f"codec for captions in {container.suffix}", asked, container.subtitles)
    return asked or ("ass" if track.ass and "ass" in container.subtitles else container.subtitles[0])


def _written(track: Subtitles, codec: SubtitleCodec) -> Written:
    """Return the caption file that ffmpeg reads; an ASS file stays as it is."""
    if codec == "ass" and track.ass:
        return Written(track.ass, CueLosses())
    return format_named(_SOURCE_FORMATS[codec]).write(Contents(track.cues))


def _name(number: int, codec: SubtitleCodec) -> str:
    return f"{number}{format_named(_SOURCE_FORMATS[codec]).suffix}"


def _bytes(written: Written) -> bytes:
    return written.data.encode() if isinstance(written.data, str) else written.data


def _track_arguments(
    subtitles: Sequence[Subtitles], codecs: Sequence[str], container: Container, *, first: int
) -> Iterator[str]:
    """Yield ffmpeg's arguments for the new tracks, of which `first` is the place among all caption tracks."""
    for number, (track, codec) in enumerate(zip(subtitles, codecs, strict=True)):
        place = first + number
        flags = "+".join(DISPOSITIONS[flag] for flag in FLAGS if flag in track.flags)
        yield from ("-map", f"{number + 1}:0", f"-c:s:{place}", codec if container.is_mp4_or_mov else "copy")
        yield from (f"-metadata:s:s:{place}", f"language={container.language(track.language)}")
        yield from (f"-disposition:s:{place}", flags or "0")


def _with_hint(error: FfmpegFailed, container: Container) -> FfmpegFailed:
    if UNSUPPORTED_CODEC.search(error.reason) and container.muxer != "matroska":
        return FfmpegFailed(f"{error.reason}; an .mkv can store every codec")
    return error
