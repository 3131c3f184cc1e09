"""Captions burned into the picture: what everybody sees, wherever the video goes."""

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
from captioner.render.subtitles import Subtitles

Streams = Literal["all", "main"]
"""What goes over beside the picture: all that there is, or the main sound alone."""


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
    """Write `target`: `media` with the subtitles, of one language or two, in its first moving picture.

    Sound and all other streams are copied; sound that the container cannot hold is encoded. `warn` is told what does
    not go over as it is. Raises `UsageError`, `FormatError`, `NoPicture`, `FontMissing`, and what `media.make` raises.
    """
    container, picture = container_of(target), picture_of(media)
    refuse_dolby_vision(media, picture)
    drawn = make_burn_filter(subtitles, picture, style)
    encoder = choose_encoder(encoding.encoder, picture, container)
    over = map_streams(media, container, _main(media, picture) if streams == "main" else None)
    arguments = [
        *encoder.device,
        *input_arguments(media),
        *over.arguments,
        *filter_arguments(picture, drawn.filter, encoder, over.index_of_kind(picture.index)),
        *encoder_arguments(encoder, encoding, picture, container, over.index_of_kind(picture.index)),
    ]
    for message in (
        *over.dropped,
        *drawn.warnings,
        *fallback_warnings(encoding.encoder, encoder),
        *_flattened(picture),
    ):
        warn(message)
    making = partial(run_job, target=target, files=drawn.files, progress=progress)
    try:
        wrong = making([*arguments, "-f", container.muxer])
    except FfmpegFailed as error:
        foreign = _foreign(media, over, container) if UNSUPPORTED_CODEC.search(error.reason) else []
        if not foreign:
            raise
        for stream in foreign:
            held = f"becomes {container.audio_codec}: {container.suffix} cannot hold it"
            warn(f"stream {stream.index}, audio ({stream.codec}), {held}")
        wrong = making([*arguments, *_encoded_sound(over, container, foreign), "-f", container.muxer])
    if wrong:
        warn(wrong)


def _main(media: Media, picture: Picture) -> list[int]:
    """The picture, and the sound that a player begins with."""
    sounds = media.of_kind("audio")
    chosen = [track.number for track in media.tracks if track.default] or [1]
    return [picture.index, *(sounds[number - 1].index for number in chosen[:1] if sounds)]


def refuse_dolby_vision(media: Media, picture: Picture) -> None:
    """Raises `MediaNotReadable`: what it says of each scene holds for the picture without captions alone."""
    if picture.dolby_vision is not None:
        reason = (
            f"is Dolby Vision (profile {picture.dolby_vision}), which is lost where a picture is encoded anew; "
            "'captioner mux' keeps it, or burn into a version in HDR10, HLG or SDR"
        )
        raise MediaNotReadable(media.source, reason)


def _flattened(picture: Picture) -> Iterator[str]:
    if picture.hdr10_plus:
        yield "what HDR10+ says of each scene is lost; it is HDR10 now"


def _foreign(media: Media, over: StreamMap, container: Container) -> list[StreamInfo]:
    """The sound that the container cannot hold as it is, found by trying each."""
    return [stream for stream in over.streams if stream.kind == "audio" and not _holds(media, stream, container)]


def _holds(media: Media, stream: StreamInfo, container: Container) -> bool:
    one = ["-map", f"0:{stream.index}", "-c", "copy", "-t", "0.1", "-strict", "experimental", "-f", container.muxer]
    return trial_failure([*input_arguments(media), *one, "trial"]) is None


def _encoded_sound(over: StreamMap, container: Container, foreign: Collection[StreamInfo]) -> Iterator[str]:
    for stream in foreign:
        place = over.index_of_kind(stream.index)
        yield from (f"-c:a:{place}", container.audio_codec, f"-b:a:{place}", "192k")
