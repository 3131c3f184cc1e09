"""Small videos with known frames, and what the tests read from a finished video."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from captioner.media import open_media
from captioner.render import Encoding, StyleOptions, Subtitles, burn
from captioner.values import Cue, Word
from tests.media.media_factory import ffmpeg

Plane = NDArray[np.int32]

EXACT = Encoding("libx264", quality=0)
"""Lossless H.264, so that frames can be compared bit by bit."""

GRAY = 96
"""The luma of a plain gray frame: 16 is black, 235 is white."""


def plain_video(path: Path, *, size: str = "320x180", frames: int = 10, chain: str = "null") -> Path:
    """Write a moving test picture at 10 frames per second."""
    source = f"testsrc2=s={size}:r=10:d={frames / 10},{chain}"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p", path)
    return path


def gray_video(path: Path, *, size: str = "320x180", frames: int = 10, chain: str = "null") -> Path:
    """Write a plain gray video at 10 frames per second."""
    source = f"color=black:s={size}:r=10:d={frames / 10},format=yuv420p,lutyuv=y={GRAY},{chain}"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-qp", "0", path)
    return path


def burned(
    source: Path,
    target: Path,
    *tracks: Subtitles,
    style: StyleOptions = StyleOptions(),
    encoding: Encoding = EXACT,
    **more: Any,
) -> list[str]:
    """Burn into `target`; return the warnings."""
    warnings: list[str] = []
    with open_media(str(source)) as media:
        burn(media, tracks, target, style=style, encoding=encoding, warn=warnings.append, **more)
    return warnings


def captions(text: str, language: str | None = None, start: float = 0.2, end: float = 0.7) -> Subtitles:
    """One cue."""
    return Subtitles("captions", [Cue(start, end, text)], language)


def spoken(text: str, start: float, each: float, language: str | None = None) -> Subtitles:
    """One cue with word times: one word after the other, `each` seconds long."""
    parts = [part if index == 0 else f" {part}" for index, part in enumerate(text.split(" "))]
    words = [Word(start + index * each, start + (index + 1) * each, part) for index, part in enumerate(parts)]
    return Subtitles("captions", [Cue(start, words[-1].end, text, words=tuple(words))], language)


def lumas(path: Path) -> list[Plane]:
    """The coded luma of every frame, shape (height, width)."""
    with av.open(str(path)) as container:
        return [_luma(frame) for frame in container.decode(video=0)]


def _luma(frame: Any) -> Plane:
    plane = frame.planes[0]
    kind = np.uint16 if "10" in frame.format.name else np.uint8
    rows = np.frombuffer(plane, kind).reshape(frame.height, -1)
    return rows[:, : frame.width].astype(np.int32)


def pictures(path: Path) -> list[Plane]:
    """Every frame with all its planes."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray().astype(np.int32) for frame in container.decode(video=0)]


@dataclass(frozen=True)
class Box:
    """A rectangle in a frame, in shares of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def inside(self, across: float, down: float) -> bool:
        """Whether it is within the middle `across` and `down` percent of the picture."""
        side, above = (100 - across) / 200, (100 - down) / 200
        return self.left >= side and self.right <= 1 - side and self.top >= above and self.bottom <= 1 - above


def box_of(mask: NDArray[np.bool_]) -> Box:
    """The smallest box around all that is true."""
    height, width = mask.shape
    down, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(across[0] / width, down[0] / height, (across[-1] + 1) / width, (down[-1] + 1) / height)


@dataclass(frozen=True)
class VideoContents:
    """The streams of a file with kind, codec, language and flags, its chapters and its title."""

    streams: list[tuple[str, str | None, str | None, tuple[str, ...]]]
    chapters: list[tuple[float, float, str]]
    title: str | None


def contents_of(path: Path) -> VideoContents:
    """The contents of a file, as libav reads it."""
    with open_media(str(path)) as media, av.open(str(path)) as container:
        codecs = {
            stream.index: stream.codec_context.name if stream.codec_context else None for stream in container.streams
        }
        return VideoContents(
            [(stream.kind, codecs[stream.index], stream.language, stream.flags) for stream in media.streams],
            [_chapter(chapter) for chapter in container.chapters()],
            media.tags.get("title"),
        )


def _chapter(chapter: Any) -> tuple[float, float, str]:
    base: Fraction = chapter["time_base"]
    return (
        round(float(chapter["start"] * base), 3),
        round(float(chapter["end"] * base), 3),
        chapter["metadata"]["title"],
    )


def payload(path: Path, index: int) -> str:
    """A digest of the packets of a stream."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams[index]):
            digest.update(bytes(packet))
    return digest.hexdigest()


def cues_of_track(path: Path, index: int) -> list[tuple[float, float, str]]:
    """Start, end and text of each cue of a track, as libav decodes it."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(container.streams[index]) if packet.pts is not None]
        return [_cue(packet, subtitle) for packet in packets for subtitle in packet.decode()]


def _cue(packet: Any, subtitle: Any) -> tuple[float, float, str]:
    start, end = packet.pts * packet.time_base, (packet.pts + packet.duration) * packet.time_base
    return round(float(start), 2), round(float(end), 2), subtitle.dialogue.decode()
