"""One frame with its captions, as a picture: how it will look, before an hour is spent on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from captioner.errors import FfmpegFailed, UnknownName, UsageError
from captioner.media import Media, Picture, input_arguments, picture_of, run_job
from captioner.render.burn_filter import make_burn_filter
from captioner.render.style_options import StyleOptions
from captioner.render.subtitles import Subtitles
from captioner.values import Cue

# Shown on a usual screen: light is counted from graphics white, and what is brighter is pressed together above it.
_TO_SDR = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:param=0.9,zscale=t=bt709:m=bt709:r=tv"

_RUN_UP = 10.0
"""Seconds before the frame at which reading begins."""


def preview(
    media: Media,
    subtitles: Sequence[Subtitles],
    target: Path,
    *,
    at: float | None = None,
    style: StyleOptions = StyleOptions(),
    warn: Callable[[str], object] = lambda message: None,
) -> None:
    """Write `target`, a PNG of the frame at second `at` with its captions; None is the middle of the first cue.

    Raises `UsageError` where the media has ended by then, `UnknownName` for a picture of another kind, and what `burn`
    raises.
    """
    if target.suffix.lower() != ".png":
        raise UnknownName("kind of picture", target.suffix or target.name, (".png",))
    picture = picture_of(media)
    drawn = make_burn_filter(subtitles, picture, style)
    for doubt in drawn.warnings:
        warn(doubt)
    moment = _first_seen(subtitles[0].cues) if at is None else at
    if media.duration is not None and moment >= media.duration:
        raise UsageError(f"{media.source} ends at {media.duration:g} s, so there is nothing to see at {moment:g} s")
    chain = ",".join(_chain(drawn.filter, picture, moment))
    one_frame = ("-frames:v", "1", "-c:v", "png", "-update", "1", "-f", "image2")
    arguments = [*input_arguments(media), "-map", f"0:{picture.index}", "-vf", chain, *one_frame]
    try:
        run_job([*_from(moment, media), *arguments], target, files=drawn.files)
    except FfmpegFailed:  # a stream that begins nowhere but at its beginning
        run_job(arguments, target, files=drawn.files)


def _first_seen(cues: Sequence[Cue]) -> float:
    first = min(cues, key=lambda cue: cue.start)
    return (first.start + first.end) / 2


def _from(moment: float, media: Media) -> Iterator[str]:
    """Only the way there is shortened: which frame it is decide the timestamps that come then."""
    if moment > _RUN_UP:
        yield from ("-ss", f"{media.start_time + moment - _RUN_UP:.6f}", "-seek_timestamp", "1", "-noaccurate_seek")


def _chain(draw: str, picture: Picture, moment: float) -> Iterator[str]:
    # The frame that is seen then began before.
    yield f"trim=start={moment - float(1 / picture.frame_rate) + 0.0005:.6f}"
    yield draw
    if picture.transfer != "sdr":
        yield _TO_SDR
    if picture.pixel_shape != 1:
        yield f"scale={picture.display_width}:{picture.height},setsar=1"
    yield "format=rgb24"
