"""Captions burned into the picture: part of the video, visible in every player."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from captioner.errors import FfmpegFailed, MediaNotReadable
from captioner.media import Media, Picture, StreamInfo, input_arguments, picture_of, run_job, trial_failure
from captioner.render.burn_filter import make_burn_filter
from captioner.render.containers import Container, container_of
from captioner.render.encoders import Encoding, choose_encoder, encoder_arguments, fallback_warnings, filter_arguments
from captioner.render.stream_mapping import UNSUPPORTED_CODEC, StreamMap, map_streams
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import Subtitles, check_cues

Streams = Literal["all", "main"]
"""The streams that the new file gets beside the picture: all streams, or the default audio track alone."""


def burn(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    style: StyleOptions = StyleOptions(),
    encoding: Encoding = Encoding(),
    streams: Streams = "all",
    progress: Callable[[float], object] = lambda seconds: None,
    warn: Callable[[str], object] = lambda message: None,
) -> None:
    """Write `target`: `media` with the subtitles of one language or two burned into its first video stream.

    Audio and all other streams are copied. Audio that the container cannot store is converted. `progress` gets the
    second up to which the file is written, `warn` gets what is dropped or changed. Raises `UsageError`, `FormatError`,
    `NoPicture`, `FontMissing`, and what `run_job` raises.
    """
    container, picture = container_of(target), picture_of(media)
    refuse_dolby_vision(media, picture)
    late = [warning for track in subtitles for warning in check_cues(track, media)]
    drawn = make_burn_filter(subtitles, picture, style)
    encoder = choose_encoder(encoding.encoder, picture, container)
    mapping = map_streams(media, container, _main_streams(media, picture) if streams == "main" else None)
    place = mapping.index_of_kind(picture.index)
    arguments = [
        *encoder.device,
        *input_arguments(media),
        *mapping.arguments,
        *filter_arguments(picture, drawn.filter, encoder, place),
        *encoder_arguments(encoder, encoding, picture, container, place),
    ]
    fallback = fallback_warnings(encoding.encoder, encoder)
    for message in (*mapping.dropped, *late, *drawn.warnings, *fallback, *_hdr10_plus_warning(picture)):
        warn(message)
    encode = partial(run_job, target=target, files=drawn.files, progress=progress)
    try:
        damage = encode([*arguments, "-f", container.muxer])
    except FfmpegFailed as error:
        unsupported = _unsupported_audio(media, mapping, container) if UNSUPPORTED_CODEC.search(error.reason) else []
        if not unsupported:
            raise
        for stream in unsupported:
            reason = f"{container.suffix} cannot store it"
            warn(f"stream {stream.index}, audio ({stream.codec}), is converted to {container.audio_codec}: {reason}")
        damage = encode([*arguments, *_audio_arguments(mapping, container, unsupported), "-f", container.muxer])
    if damage:
        warn(damage)


def _main_streams(media: Media, picture: Picture) -> list[int]:
    """Return the indexes of the picture and the default audio track."""
    audio = media.of_kind("audio")
    defaults = [track.number for track in media.tracks if track.default] or [1]
    return [picture.index, *(audio[number - 1].index for number in defaults[:1] if audio)]


def refuse_dolby_vision(media: Media, picture: Picture) -> None:
    """Raise `MediaNotReadable` for Dolby Vision: its metadata describe the picture without captions."""
    if picture.dolby_vision is not None:
        reason = (
            f"is Dolby Vision (profile {picture.dolby_vision}), which encoding would remove; 'captioner mux' keeps it, "
            "or burn into an HDR10, HLG or SDR version"
        )
        raise MediaNotReadable(media.source, reason)


def _hdr10_plus_warning(picture: Picture) -> Iterator[str]:
    if picture.hdr10_plus:
        yield "the HDR10+ metadata of each scene are lost; the new file is HDR10"


def _unsupported_audio(media: Media, mapping: StreamMap, container: Container) -> list[StreamInfo]:
    """Return the audio streams that the container cannot store, by a trial with each."""
    return [stream for stream in mapping.streams if stream.kind == "audio" and not _can_copy(media, stream, container)]


def _can_copy(media: Media, stream: StreamInfo, container: Container) -> bool:
    copy = ["-map", f"0:{stream.index}", "-c", "copy", "-t", "0.1", "-strict", "experimental", "-f", container.muxer]
    return trial_failure([*input_arguments(media), *copy, "trial"]) is None


def _audio_arguments(mapping: StreamMap, container: Container, unsupported: Collection[StreamInfo]) -> Iterator[str]:
    for stream in unsupported:
        place = mapping.index_of_kind(stream.index)
        yield from (f"-c:a:{place}", container.audio_codec, f"-b:a:{place}", "192k")
