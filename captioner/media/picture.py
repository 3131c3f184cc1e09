"""The moving picture of a source as a player shows it: upright, with square pixels, in its own light."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from captioner.errors import MediaNotReadable, NoPicture, UsageError
from captioner.media.ffmpeg import run_ffmpeg
from captioner.media.ffmpeg_job import input_arguments
from captioner.media.tracks import Media

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

TransferFunction = Literal["sdr", "pq", "hlg"]

# ITU-T H.273, table 3.
_LIGHTS: dict[int, TransferFunction] = {16: "pq", 18: "hlg"}

_DOLBY_VISION = re.compile(r"DOVI configuration record:.*?profile: (\d+)")

_FIRST_PACKETS = 500
"""A picture that does not come within as many packets of its stream does not come."""


@dataclass(frozen=True)
class Picture:
    """A moving picture as it is shown.

    `index` is its stream's. `width` and `height` are the pixels of a frame, upright; `shape` is how much wider than
    high one of them is. `light` is how brightness is coded, `dolby_vision` its profile where there is such metadata,
    `hdr10_plus` whether there is that; `mastering` and `brightness` are what HDR10 says of the screen that it was made
    on, as libav holds it. `duration` is in seconds.
    """

    index: int
    width: int
    height: int
    pixel_shape: Fraction
    pixel_format: str
    transfer: TransferFunction
    frame_rate: Fraction
    duration: float | None
    interlaced: bool = False
    dolby_vision: int | None = None
    hdr10_plus: bool = False
    mastering_display: bytes | None = None
    content_light: bytes | None = None

    @property
    def display_width(self) -> int:
        """Pixels across once they are square, `height` being as it is."""
        return max(1, round(self.width * self.pixel_shape))

    @property
    def is_deep(self) -> bool:
        """Whether it has more than 8 bits a sample."""
        return bool(re.search(r"(?:p|gray|yuva?4\d\dp|gbra?p|[px]0)(9|1[0-6])(le|be)?$", self.pixel_format))


def picture_of(media: Media) -> Picture:
    """The first moving picture of a source. Raises `NoPicture`, `MediaNotReadable`; `UsageError` for what flows."""
    if media.input.pipe:
        raise UsageError("a picture is looked at before it is made anew, so standard input will not do; name a file")
    import av

    stream = next((stream for stream in media.of_kind("video") if not stream.cover), None)
    if stream is None:
        raise NoPicture(media.source)
    try:
        with av.open(media.input.url, options=dict(media.input.options), metadata_errors="replace") as container:
            return _describe(media, container.streams[stream.index], _first_frame(media, container, stream.index))
    except (av.FFmpegError, OSError) as error:
        raise MediaNotReadable(media.source, f"its picture cannot be decoded: {error}") from error


def _first_frame(media: Media, container: Any, index: int) -> VideoFrame:
    import av

    for number, packet in enumerate(container.demux(container.streams[index])):
        try:
            for frame in packet.decode():
                first: VideoFrame = frame
                return first
        except av.InvalidDataError:
            pass  # a stream may begin in the middle
        if number > _FIRST_PACKETS:
            break
    raise MediaNotReadable(media.source, "its picture cannot be decoded: no frame comes out")


def _describe(media: Media, stream: Any, frame: Any) -> Picture:
    from av.sidedata.sidedata import Type

    upright = frame.rotation % 180 == 0
    width, height = (frame.width, frame.height) if upright else (frame.height, frame.width)
    shape = stream.sample_aspect_ratio or Fraction(1)
    sides = {side.type: side for side in frame.side_data}
    return Picture(
        index=stream.index,
        width=width,
        height=height,
        pixel_shape=shape if upright else 1 / shape,
        pixel_format=frame.format.name,
        transfer=_LIGHTS.get(int(frame.color_trc or 0), "sdr"),
        frame_rate=stream.average_rate or stream.base_rate or Fraction(25),
        duration=media.duration,
        interlaced=bool(frame.interlaced_frame),
        dolby_vision=_dolby_vision(media),
        hdr10_plus=Type.DYNAMIC_HDR_PLUS in sides,
        mastering_display=_bytes_of(sides.get(Type.MASTERING_DISPLAY_METADATA)),
        content_light=_bytes_of(sides.get(Type.CONTENT_LIGHT_LEVEL)),
    )


def _bytes_of(side: Any) -> bytes | None:
    return None if side is None else bytes(side)


def _dolby_vision(media: Media) -> int | None:
    """The profile of Dolby Vision, which a stream's header tells and PyAV does not."""
    _, lines = run_ffmpeg(["-nostdin", "-hide_banner", *input_arguments(media)])
    profile = next((match[1] for line in lines if (match := _DOLBY_VISION.search(line))), None)
    return None if profile is None else int(profile)
