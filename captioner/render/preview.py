"""One frame with its captions as an image, to check the style before an hour of encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from captioner.errors import FfmpegFailed, UnknownName, UsageError
from captioner.media import Media, Picture, input_arguments, picture_of, run_job
from captioner.render.burn_filter import make_burn_filter
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import Subtitles
from captioner.values import Cue

# For SDR screens: graphics white becomes SDR white, and brighter light is compressed above it.
_TO_SDR = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:param=0.9,zscale=t=bt709:m=bt709:r=tv"

_PREROLL = 10.0
"""Seconds before the frame at which reading begins."""


def preview(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    at: float | None = None,
    style: StyleOptions = StyleOptions(),
    width: int | None = None,
    warn: Callable[[str], object] = lambda message: None,
) -> None:
    """Write `target`, a PNG of the frame at second `at` with its captions; None is the middle of the first cue.

    `width` is that of the PNG in pixels; None for that of the picture.

    Raises `UsageError` if the media ends earlier, `UnknownName` for another image format, and what `burn` raises.
    """
    if target.suffix.lower() != ".png":
        raise UnknownName("image format", target.suffix or target.name, (".png",))
    picture = picture_of(media)
    drawn = make_burn_filter(subtitles, picture, style)
    for message in drawn.warnings:
        warn(message)
    second = _middle_of_first(subtitles[0].cues) if at is None else at
    if media.duration is not None and second >= media.duration:
        raise UsageError(f"the media ends at {media.duration:g} s, so there is no frame at {second:g} s")
    if not any(cue.start <= second < cue.end for track in subtitles for cue in track.cues):
        warn(f"no caption is shown at {second:g} s")
    chain = ",".join(_filters(drawn.filter, picture, second, width))
    one_frame = ("-frames:v", "1", "-c:v", "png", "-update", "1", "-f", "image2")
    arguments = [*input_arguments(media), "-map", f"0:{picture.index}", "-vf", chain, *one_frame]
    try:
        run_job([*_seek_arguments(second, media), *arguments], target, files=drawn.files)
    except FfmpegFailed:  # a stream that can only be read from its beginning
        run_job(arguments, target, files=drawn.files)


def _middle_of_first(cues: Sequence[Cue]) -> float:
    first = min(cues, key=lambda cue: cue.start)
    return (first.start + first.end) / 2


def _seek_arguments(second: float, media: Media) -> Iterator[str]:
    """Yield ffmpeg's arguments to seek. Seeking only saves time: the timestamps select the frame."""
    if second > _PREROLL:
        yield from ("-ss", f"{media.start_time + second - _PREROLL:.6f}", "-seek_timestamp", "1", "-noaccurate_seek")


def _filters(burn_filter: str, picture: Picture, second: float, width: int | None) -> Iterator[str]:
    # The frame on screen at that second began up to one frame earlier.
    yield f"trim=start={second - float(1 / picture.frame_rate) + 0.0005:.6f}"
    yield burn_filter
    if picture.transfer != "sdr":
        yield _TO_SDR
    if picture.pixel_shape != 1:
        yield f"scale={picture.display_width}:{picture.height},setsar=1"
    if width is not None:
        yield f"scale={width}:-2"
    yield "format=rgb24"
