"""Captions as tracks of a video, which is not encoded anew: the viewer switches them on and off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from captioner.errors import FfmpegFailed, UnknownName
from captioner.formats import format_named
from captioner.media import Media, input_arguments, run_job
from captioner.render.containers import Container, SubtitleCodec, container_of
from captioner.render.stream_mapping import UNSUPPORTED_CODEC, map_streams
from captioner.render.subtitles import DISPOSITIONS, FLAGS, Subtitles, refuse_empty

# The format that ffmpeg reads each codec from.
_WRITTEN_AS = {"mov_text": "srt", "srt": "srt", "ass": "ass", "webvtt": "vtt"}


def mux(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    codec: SubtitleCodec | None = None,
    progress: Callable[[float], object] = lambda seconds: None,
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
    over = map_streams(media, container)
    files = dict(_file(number, track, kept) for number, (track, kept) in enumerate(zip(subtitles, codecs, strict=True)))
    arguments = [
        *input_arguments(media),
        *(word for name in files for word in ("-i", name)),
        *over.arguments,
        *_tracks(subtitles, codecs, container, first=over.count("subtitle")),
        *("-f", container.muxer),
    ]
    for message in (*over.dropped, *_losses(subtitles, codecs)):
        warn(message)
    try:
        wrong = run_job(arguments, target, files=files, progress=progress)
    except FfmpegFailed as error:
        raise _hinted(error, container) from error
    if wrong:
        warn(wrong)


def _losses(subtitles: Sequence[Subtitles], codecs: Sequence[SubtitleCodec]) -> Iterator[str]:
    """What of the captions their tracks cannot hold, but for the times of words, which no player shows."""
    for track, codec in zip(subtitles, codecs, strict=True):
        format = format_named(_WRITTEN_AS[codec])
        lost = format.losses([replace(cue, words=()) for cue in track.cues])
        if lost and not (track.ass and codec == "ass"):
            yield f"{track.name}: {format.name} does not hold the {', '.join(lost)}"


def _codec(track: Subtitles, container: Container, asked: SubtitleCodec | None) -> SubtitleCodec:
    if asked is not None and asked not in container.subtitles:
        raise UnknownName(f"codec for captions in {container.suffix}", asked, container.subtitles)
    return asked or ("ass" if track.ass and "ass" in container.subtitles else container.subtitles[0])


def _file(number: int, track: Subtitles, codec: SubtitleCodec) -> tuple[str, bytes]:
    """The name and the bytes of what ffmpeg reads; an ASS file stays as it is."""
    format = format_named(_WRITTEN_AS[codec])
    text = track.ass if codec == "ass" and track.ass else format.write(track.cues, None, None)
    return f"{number}{format.suffix}", text.encode() if isinstance(text, str) else text


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
    if UNSUPPORTED_CODEC.search(error.reason) and container.muxer != "matroska":
        return FfmpegFailed(f"{error.reason}; an .mkv holds every codec")
    return error
