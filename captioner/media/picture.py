"""The video stream of a source as a player shows it: upright, with square pixels, SDR or HDR."""

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
_TRANSFER_FUNCTIONS: dict[int, TransferFunction] = {16: "pq", 18: "hlg"}

_DOLBY_VISION = re.compile(r"DOVI configuration record:.*?profile: (\d+)")

_FIRST_PACKETS = 500
"""Packets within which a video stream must yield its first frame."""


@dataclass(frozen=True)
class Picture:
    """The first video stream of a source, without cover images."""

    index: int
    """The index of the stream among all streams of the source, from 0."""

    width: int
    """Pixels of a frame across, after rotation."""

    height: int
    """Pixels of a frame down, after rotation."""

    pixel_shape: Fraction
    """The width of one pixel divided by its height."""

    pixel_format: str
    """libav's name of the pixel format, as in `yuv420p`."""

    transfer: TransferFunction
    """How brightness is coded: SDR, or HDR with the PQ or the HLG curve."""

    frame_rate: Fraction
    """Frames per second, on average."""

    duration: float | None
    """Seconds, None if unknown."""

    interlaced: bool = False
    """Whether each frame consists of two fields."""

    dolby_vision: int | None = None
    """The profile of Dolby Vision metadata, None if there is none."""

    hdr10_plus: bool = False
    """Whether there is HDR10+ metadata, which describes each scene."""

    mastering_display: bytes | None = None
    """HDR10 metadata about the screen on which the video was mastered, as libav stores it."""

    content_light: bytes | None = None
    """HDR10 metadata about the brightest pixel and frame, as libav stores it."""

    @property
    def display_width(self) -> int:
        """Pixels across when pixels are made square and `height` stays."""
        return max(1, round(self.width * self.pixel_shape))

    @property
    def is_deep(self) -> bool:
        """Whether a sample has more than 8 bits."""
        return bool(re.search(r"(?:p|gray|yuva?4\d\dp|gbra?p|[px]0)(9|1[0-6])(le|be)?$", self.pixel_format))


def picture_of(media: Media) -> Picture:
    """Return the first video stream of a source. Raises `NoPicture`, `MediaNotReadable`; `UsageError` for a pipe."""
    if media.input.pipe:
        raise UsageError("video cannot be read from standard input or a pipe, because it is read twice; name a file")
    import av

    stream = next((stream for stream in media.of_kind("video") if not stream.cover), None)
    if stream is None:
        raise NoPicture(media.source)
    try:
        with av.open(media.input.url, options=dict(media.input.options), metadata_errors="replace") as container:
            return _describe(media, container.streams[stream.index], _first_frame(media, container, stream.index))
    except (av.FFmpegError, OSError) as error:
        raise MediaNotReadable(media.source, f"its video cannot be decoded: {error}") from error


def _first_frame(media: Media, container: Any, index: int) -> VideoFrame:
    import av

    for number, packet in enumerate(container.demux(container.streams[index])):
        try:
            for frame in packet.decode():
                first: VideoFrame = frame
                return first
        except av.InvalidDataError:
            pass  # a stream may begin between two key frames
        if number > _FIRST_PACKETS:
            break
    raise MediaNotReadable(media.source, "its video cannot be decoded: it yields no frame")


def _describe(media: Media, stream: Any, frame: Any) -> Picture:
    from av.sidedata.sidedata import Type

    upright = frame.rotation % 180 == 0
    width, height = (frame.width, frame.height) if upright else (frame.height, frame.width)
    pixel_shape = stream.sample_aspect_ratio or Fraction(1)
    side_data = {item.type: item for item in frame.side_data}
    return Picture(
        index=stream.index,
        width=width,
        height=height,
        pixel_shape=pixel_shape if upright else 1 / pixel_shape,
        pixel_format=frame.format.name,
        transfer=_TRANSFER_FUNCTIONS.get(int(frame.color_trc or 0), "sdr"),
        frame_rate=stream.average_rate or stream.base_rate or Fraction(25),
        duration=media.duration,
        interlaced=bool(frame.interlaced_frame),
        dolby_vision=_dolby_vision(media),
        hdr10_plus=Type.DYNAMIC_HDR_PLUS in side_data,
        mastering_display=_bytes_of(side_data.get(Type.MASTERING_DISPLAY_METADATA)),
        content_light=_bytes_of(side_data.get(Type.CONTENT_LIGHT_LEVEL)),
    )


def _bytes_of(side_data: Any) -> bytes | None:
    return None if side_data is None else bytes(side_data)


def _dolby_vision(media: Media) -> int | None:
    """Return the profile of Dolby Vision; PyAV does not report it, so it comes from ffmpeg's log."""
    _, lines = run_ffmpeg(["-nostdin", "-hide_banner", *input_arguments(media)])
    profile = next((match[1] for line in lines if (match := _DOLBY_VISION.search(line))), None)
    return None if profile is None else int(profile)
