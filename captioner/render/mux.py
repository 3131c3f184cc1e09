"""Captions as tracks of a video, which is copied and not encoded: the viewer switches them on and off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from captioner.errors import FfmpegFailed, UnknownName
from captioner.languages import language_name
from captioner.media import Media, caption_packets, input_arguments, open_media, run_job
from captioner.render.caption_tracks import CaptionTrack, caption_track, check_track
from captioner.render.containers import Container, SubtitleCodec, container_of
from captioner.render.mov_languages import mac_code, set_mac_code
from captioner.render.stream_mapping import UNSUPPORTED_CODEC, StreamMap, map_streams
from captioner.render.subtitles import DISPOSITIONS, FLAGS, Subtitles, check_cues

FLASH = 0.001
"""Seconds. A caption that is shown for less was cut off by the one that follows it at once."""


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
    used, `FormatError` for subtitles of which the file would not hold all, and what `run_job` raises.
    """
    container = container_of(target)
    late = [warning for track in subtitles for warning in check_cues(track, media)]
    tracks = [caption_track(track, _codec(track, container, codec)) for track in subtitles]
    mapping = map_streams(media, container)
    files = {f"{number}{track.suffix}": track.data for number, track in enumerate(tracks)}
    arguments = [
        *input_arguments(media),
        *(word for name in files for word in ("-i", name)),
        *mapping.arguments,
        *_track_arguments(tracks, container, first=mapping.count("subtitle")),
        *("-f", container.muxer),
    ]
    for message in (*mapping.dropped, *late, *_losses(tracks, container)):
        warn(message)
    try:
        damage = run_job(
            arguments, target, files=files, progress=progress, finish=partial(_finish, tracks, mapping, container, warn)
        )
    except FfmpegFailed as error:
        raise _with_hint(error, container) from error
    if damage:
        warn(damage)


def _losses(tracks: Sequence[CaptionTrack], container: Container) -> Iterator[str]:
    """Yield what the tracks cannot store, apart from word times, which no player shows."""
    for track in tracks:
        name, language = track.subtitles.name, track.subtitles.language
        if losses := track.losses.without("word times"):
            yield f"{name}: {track.codec} in {container.suffix} cannot store {', '.join(losses.phrases())}"
        if title := container.language_title(language):
            stored = f"{container.suffix} stores the language {language} as {container.language(language)}"
            yield f"{name}: {stored}; the track's title is {title}"


def _codec(track: Subtitles, container: Container, asked: SubtitleCodec | None) -> SubtitleCodec:
    if asked is not None and asked not in container.subtitles:
        raise UnknownName(f"codec for captions in {container.suffix}", asked, container.subtitles)
    return asked or ("ass" if track.ass and "ass" in container.subtitles else container.subtitles[0])


def _track_arguments(tracks: Sequence[CaptionTrack], container: Container, *, first: int) -> Iterator[str]:
    """Yield ffmpeg's arguments for the new tracks, of which `first` is the place among all caption tracks."""
    for number, track in enumerate(tracks):
        place, language = first + number, track.subtitles.language
        flags = "+".join(DISPOSITIONS[flag] for flag in FLAGS if flag in track.subtitles.flags)
        yield from ("-map", f"{number + 1}:0", f"-c:s:{place}", track.codec if container.is_mp4_or_mov else "copy")
        yield from (f"-metadata:s:s:{place}", f"language={container.language(language)}")
        if container.is_mp4_or_mov and (title := language_name(language)):
            # Players show the one or the other.
            yield from (f"-metadata:s:s:{place}", f"title={title}", f"-metadata:s:s:{place}", f"handler_name={title}")
        yield from (f"-disposition:s:{place}", flags or "0")


def _finish(
    tracks: Sequence[CaptionTrack],
    mapping: StreamMap,
    container: Container,
    warn: Callable[[str], object],
    unfinished: Path,
) -> None:
    """Check what the new file holds, and warn of what it lacks. Raises `FormatError` where captions are missing."""
    first = mapping.count("subtitle")
    if container.muxer == "mov":
        for number, track in enumerate(tracks, len(mapping.streams)):
            if (code := mac_code(track.subtitles.language)) is not None:
                set_mac_code(unfinished, number, code)
    empty = 2 if container.is_mp4_or_mov else 0  # bytes of a packet without text
    packets = [
        [packet for packet in track if packet.size > empty]
        for track in caption_packets(unfinished, first + len(tracks))
    ]
    for track, held in zip(tracks, packets[first:], strict=True):
        check_track(track, len(held))
    for stream, held in zip(mapping.of_kind("subtitle"), packets, strict=False):
        if flashes := sum(packet.duration < FLASH for packet in held):
            warn(f"stream {stream.index}, subtitle: {flashes} captions overlap the next one, which hides them")
    with open_media(str(unfinished)) as media:
        for track, stream in zip(tracks, media.of_kind("subtitle")[first:], strict=True):
            flags = track.subtitles.flags
            if lost := [flag for flag in FLAGS if flag in flags and DISPOSITIONS[flag] not in stream.flags]:
                warn(f"{track.subtitles.name}: {container.suffix} cannot store the flag {' and '.join(lost)}")


def _with_hint(error: FfmpegFailed, container: Container) -> FfmpegFailed:
    if UNSUPPORTED_CODEC.search(error.reason) and container.muxer != "matroska":
        return FfmpegFailed(f"{error.reason}; an .mkv can store every codec")
    return error
