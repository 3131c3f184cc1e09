"""The languages that a MOV spells by QuickTime's numbers, and ffmpeg cannot: Chinese in either script.

QuickTime File Format, Language Code Values: 19 is Chinese in traditional characters, 33 in simplified ones. ffmpeg
writes 19 for all Chinese.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from captioner.languages import script_of

MAC_CODES = {"Hant": 19, "Hans": 33}


def mac_code(tag: str | None) -> int | None:
    """QuickTime's number for Chinese with a script or a region; None for all other languages."""
    return MAC_CODES.get(script_of(tag) or "") if tag else None


def set_mac_code(path: Path, track: int, code: int) -> None:
    """Write the number of a language into the track with that index of a MOV."""
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        tracks = [box for movie in _boxes(file, 0, end, b"moov") for box in _boxes(file, *movie, b"trak")]
        for media in _boxes(file, *tracks[track], b"mdia"):
            for start, _ in _boxes(file, *media, b"mdhd"):
                file.seek(start)
                wide = file.read(1) == b"\1"  # version 1 has two times and the duration in 8 bytes each
                file.seek(start + (32 if wide else 20))
                file.write(struct.pack(">H", code))


def _boxes(file: BinaryIO, start: int, end: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the content of each box of a kind begins and ends, between two places of the file."""
    while start + 8 <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            head = 16
        stop = end if size == 0 else start + size
        if name == kind:
            yield start + head, stop
        start = max(stop, start + head)
