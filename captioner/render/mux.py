"""Captions as tracks of a video, which is not encoded anew: the viewer switches them on and off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from captioner.errors import FfmpegFailed, UnknownName
from captioner.formats import Contents, CueLosses, Written, format_named
from captioner.media import Media, input_of, make
from captioner.render.containers import Container, SubtitleCodec, container_of
from captioner.render.stream_mapping import NOT_HELD, carried
from captioner.render.subtitles import DISPOSITIONS, FLAGS, Subtitles, refuse_empty

# The format that ffmpeg reads each codec from.
_WRITTEN_AS = {"mov_text": "srt", "srt": "srt", "ass": "ass", "webvtt": "vtt"}


def mux(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    codec: SubtitleCodec | None = None,
    watch: Callable[[float], object] = lambda seconds: None,
    warn: Callable[[str], object] = lambda message: None,
) -> None:
    """Write `target`: all that `media` holds, and each of the subtitles as a track after the ones that are there.

    `codec` is how they are kept; None is what the container usually takes. `warn` is told what does not go over.
    Raises `UnknownName` for a container or codec that will not do, `FormatError`, and what `media.make` raises.
    """
    container = container_of(target)
    for track in subtitles:
        refuse_empty(track)
    codecs = [_codec(track, container, codec) for track in subtitles]
    over = carried(media, container)
    written = [_written(track, codec) for track, codec in zip(subtitles, codecs, strict=True)]
    files = {_name(number, codec): _bytes(one) for number, (codec, one) in enumerate(zip(codecs, written, strict=True))}
    arguments = [
        *input_of(media),
        *(word for name in files for word in ("-i", name)),
        *over.arguments,
        *_tracks(subtitles, codecs, container, first=over.count("subtitle")),
        *("-f", container.muxer),
    ]
    for message in (*over.left_out, *_losses(subtitles, codecs, written)):
        warn(message)
    try:
        wrong = make(arguments, target, files=files, watch=watch)
    except FfmpegFailed as error:
        raise _hinted(error, container) from error
    if wrong:
        warn(wrong)


def _losses(
    subtitles: Sequence[Subtitles], codecs: Sequence[SubtitleCodec], written: Sequence[Written]
) -> Iterator[str]:
    """What of the captions their tracks cannot store, but for the times of words, which no player shows."""
    for track, codec, one in zip(subtitles, codecs, written, strict=True):
        if losses := one.losses.without("word times"):
            yield f"{track.name}: {_WRITTEN_AS[codec]} cannot store {', '.join(losses.phrases())}"


def _codec(track: Subtitles, container: Container, asked: SubtitleCodec | None) -> SubtitleCodec:
    if asked is not None and asked not in container.subtitles:
        raise UnknownName(f"codec for captions in {container.suffix}", asked, container.subtitles)
    return asked or ("ass" if track.ass and "ass" in container.subtitles else container.subtitles[0])


def _written(track: Subtitles, codec: SubtitleCodec) -> Written:
    """The file that ffmpeg reads; an ASS file stays as it is."""
    if codec == "ass" and track.ass:
        return Written(track.ass, CueLosses())
    return format_named(_WRITTEN_AS[codec]).write(Contents(track.cues))


def _name(number: int, codec: SubtitleCodec) -> str:
    return f"{number}{format_named(_WRITTEN_AS[codec]).suffix}"


def _bytes(written: Written) -> bytes:
    return written.data.encode() if isinstance(written.data, str) else written.data


def _tracks(
    subtitles: Sequence[Subtitles], codecs: Sequence[str], container: Container, *, first: int
) -> Iterator[str]:
    for number, (track, codec) in enumerate(zip(subtitles, codecs, strict=True)):
        place = first + number
        flags = "+".join(DISPOSITIONS[flag] for flag in FLAGS if flag in track.flags)
        yield from ("-map", f"{number + 1}:0", f"-c:s:{place}", codec if container.is_movie else "copy")
        yield from (f"-metadata:s:s:{place}", f"language={container.language(track.language)}")
        yield from (f"-disposition:s:{place}", flags or "0")


def _hinted(error: FfmpegFailed, container: Container) -> FfmpegFailed:
    if NOT_HELD.search(error.reason) and container.muxer != "matroska":
        return FfmpegFailed(f"{error.reason}; an .mkv holds every codec")
    return error
