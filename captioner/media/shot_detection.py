"""Shot changes of a video, detected by ffmpeg's `scdet` filter, on the player's clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from math import inf

from captioner.media.decode import EVERYTHING
from captioner.media.ffmpeg import ffmpeg_process
from captioner.media.ffmpeg_graph import graph_arguments, source_stream
from captioner.media.tracks import AudioSelection, Media

THRESHOLD = 10
"""Percent of the largest possible change of a frame: the default of `scdet`, whose manual recommends 8 to 14."""

_WIDTH = 320
"""Pixels across to which frames are scaled first: it removes noise, keeps shot changes, and is faster."""

_MICROSECOND = 1_000_000

_PREROLL = 1.0
"""Seconds decoded before the start: a shot change is a difference from the frame before."""

_CHANGE = re.compile(rb"^frame:\d+\s+pts:(-?\d+)")


def read_shot_changes(
    media: Media, selection: AudioSelection = EVERYTHING, *, warn: Callable[[str], None] = lambda message: None
) -> Iterator[float]:
    """Yield the seconds at which a new shot begins, in order, between the start and the end of `selection`.

    `warn` gets a message if there is no video, if the source is a pipe, or if the video is damaged or truncated; then
    shot changes may be missing. Raises `FfmpegNotFound`.
    """
    if all(stream.cover for stream in media.of_kind("video")):
        warn("has no video, so there are no shot changes")
    elif media.input.pipe:
        warn("is a pipe, which can be read only once, for its audio; its shot changes are unknown")
    else:
        with ffmpeg_process(scdet_arguments(media, selection)) as process:
            yield from _changes(process.output, media.start_time, selection)
            if process.wait() or process.messages:
                warn("its video is damaged or cut off; shot changes may be missing")


def _changes(lines: Iterable[bytes], origin: float, selection: AudioSelection) -> Iterator[float]:
    for line in lines:
        if match := _CHANGE.match(line):
            second = int(match[1]) / _MICROSECOND - origin
            if (selection.start or 0.0) < second < (inf if selection.end is None else selection.end):
                yield second


def scdet_arguments(media: Media, selection: AudioSelection) -> list[str]:
    """Return ffmpeg's arguments to decode the first video stream and print a line for each frame that begins a shot."""
    options: dict[str, object] = {**media.input.options, "an": None, "sn": None, "dn": None}
    begin = max(0.0, (selection.start or 0.0) - _PREROLL)
    if begin:
        options |= {"ss": f"{media.start_time + begin:.6f}", "seek_timestamp": 1}
    if selection.end is not None:
        options["t"] = f"{selection.end - begin + _PREROLL:.6f}"
    video = source_stream("V:0", options).filter("scale", _WIDTH, -2)
    video = video.filter("scdet", threshold=THRESHOLD, sc_pass=1).filter("settb", f"1/{_MICROSECOND}")
    output = video.filter("metadata", mode="print", file="pipe:1").output("-", format="null")
    return graph_arguments(output, media.input.url)
