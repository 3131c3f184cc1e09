"""The packets of the caption tracks of a file, to see what ffmpeg wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from captioner.errors import FfmpegFailed
from captioner.media.ffmpeg import run_ffmpeg

# The lines of ffmpeg's framecrc: the time base of a stream, and its number, dts, pts, duration, size of a packet.
_TIME_BASE = re.compile(r"#tb (\d+): (\d+)/(\d+)")
_PACKET = re.compile(r"(\d+), *-?\d+, *-?\d+, *(\d+), *(\d+),")


@dataclass(frozen=True)
class CaptionPacket:
    """One packet of a caption track."""

    duration: float
    """Seconds."""

    size: int
    """Bytes."""


def caption_packets(path: Path, tracks: int) -> list[list[CaptionPacket]]:
    """Return the packets of the first caption tracks of a file, whose number is `tracks`. Raises `FfmpegFailed`."""
    maps = [word for track in range(tracks) for word in ("-map", f"0:s:{track}")]
    quiet = ("-nostdin", "-hide_banner", "-v", "error")
    status, lines = run_ffmpeg([*quiet, "-i", f"file:{path}", *maps, "-c", "copy", "-f", "framecrc", "pipe:2"])
    if status:
        raise FfmpegFailed(f"the new file cannot be read: {lines[-1] if lines else status}")
    bases = {int(match[1]): Fraction(int(match[2]), int(match[3])) for match in map(_TIME_BASE.match, lines) if match}
    packets: list[list[CaptionPacket]] = [[] for _ in range(tracks)]
    for match in filter(None, map(_PACKET.match, lines)):
        duration = float(int(match[2]) * bases.get(int(match[1]), Fraction(1)))
        packets[int(match[1])].append(CaptionPacket(duration, int(match[3])))
    return packets
