"""Where the picture cuts from one shot to the next, as ffmpeg's `scdet` sees it, on the player's clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from math import inf

from captioner.media.decode import EVERYTHING
from captioner.media.ffmpeg import ffmpeg_process
from captioner.media.ffmpeg_graph import graph_arguments, source_stream
from captioner.media.tracks import AudioSelection, Media

THRESHOLD = 10
"""Percent of the most that a picture can change: the default of `scdet`, whose documentation calls 8 to 14 good."""

_WIDTH = 320
"""Columns to which the picture is scaled before: noise goes, cuts stay, and it is faster."""

_MICROSECOND = 1_000_000

_RUN_UP = 1.0
"""Seconds that are decoded before the first that counts: a cut is seen in what differs from the picture before."""

_CUT = re.compile(rb"^frame:\d+\s+pts:(-?\d+)")


def read_shot_changes(
    media: Media, selection: AudioSelection = EVERYTHING, *, warn: Callable[[str], None] = lambda message: None
) -> Iterator[float]:
    """The seconds at which a new shot begins, in order, read as ffmpeg finds them. `listen` bounds them.

    `warn` is told where there is nothing to see, where the source is a pipe, which is read but once, and where the
    picture is damaged or breaks off: there are fewer shot changes then, and no harm is done. Raises `FfmpegNotFound`.
    """
    if all(stream.cover for stream in media.of_kind("video")):
        warn("has no moving picture, so there are no shot changes")
    elif media.input.pipe:
        warn("is a pipe, which is read once, for its sound; its shot changes are not known")
    else:
        with ffmpeg_process(scdet_arguments(media, selection)) as work:
            yield from _cuts(work.output, media.start_time, selection)
            if work.wait() or work.messages:
                warn("its picture is damaged or breaks off; shot changes may be missing")


def _cuts(lines: Iterable[bytes], origin: float, listen: AudioSelection) -> Iterator[float]:
    for line in lines:
        if match := _CUT.match(line):
            second = int(match[1]) / _MICROSECOND - origin
            if (listen.start or 0.0) < second < (inf if listen.end is None else listen.end):
                yield second


def scdet_arguments(media: Media, selection: AudioSelection) -> list[str]:
    """ffmpeg's arguments: decode the first moving picture and write a line for each frame that begins a shot."""
    options: dict[str, object] = {**media.input.options, "an": None, "sn": None, "dn": None}
    begin = max(0.0, (selection.start or 0.0) - _RUN_UP)
    if begin:
        options |= {"ss": f"{media.start_time + begin:.6f}", "seek_timestamp": 1}
    if selection.end is not None:
        options["t"] = f"{selection.end - begin + _RUN_UP:.6f}"
    picture = source_stream("V:0", options).filter("scale", _WIDTH, -2)
    picture = picture.filter("scdet", threshold=THRESHOLD, sc_pass=1).filter("settb", f"1/{_MICROSECOND}")
    output = picture.filter("metadata", mode="print", file="pipe:1").output("-", format="null")
    return graph_arguments(output, media.input.url)
