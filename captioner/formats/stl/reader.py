"""EBU STL read through ttconv: open subtitles and teletext subtitles."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from math import ceil
from typing import Any

from captioner.errors import FormatError
from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Programme
from captioner.formats.common.extras import library
from captioner.formats.common.losses import Losses
from captioner.formats.common.ttconv_bridge import PositionOf, cues_of, read_document
from captioner.formats.stl.language_codes import LANGUAGES
from captioner.formats.ttml.regions import position_of_region
from captioner.values import Cue

HEADER_BYTES, BLOCK_BYTES = 1024, 128
"""Length of the header (GSI) and of each text block (TTI)."""

PAL, NTSC = Fraction(25), Fraction(30_000, 1001)

RATES = {b"STL25.01": PAL, b"STL30.01": NTSC}
"""Frames a second, by the disk format code (4.2, DFC)."""

_IN, _OUT = slice(5, 9), slice(9, 13)
"""Where in a block its first and last timecode are (4.3, TCI and TCO)."""

_EXTENSION, _CUMULATIVE, LAST_BLOCK = 3, 4, 0xFF
"""Offsets of the number of a subtitle's block, and of what a subtitle adds to (4.3, EBN and CS)."""

_COMMENT_FLAG = 15
"""Offset in a block of the byte that marks a comment (4.3, CF)."""


def parse(data: bytes, programme: Programme = UNKNOWN_PROGRAMME) -> Contents:
    """Return the subtitles as cues, without comments, their times counted from the start of the programme.

    That is the first timecode in `programme`, or else in the file (TCP). A subtitle before it is a note to people, not
    on air (EBU Tech 3360, subtitle zero), and left out. Raises `FormatError`, also where ttconv is missing.
    """
    if data[3:6] != b"STL" or len(data) < HEADER_BYTES:
        raise FormatError("stl", "is not an EBU STL file: it does not begin with the header of EBU Tech 3264")
    losses, repairs = Losses(), Losses()
    subtitles = _subtitles(data, losses)
    start = _start_timecode(data, programme, subtitles)
    subtitles = _on_air(subtitles, start, losses)
    rate = RATES.get(data[3:11], PAL)
    subtitles = [_with_later_end(subtitle, ceil(rate), repairs) for subtitle in subtitles]
    cues: list[Cue] = []
    for lane in _lanes(subtitles):
        document, warnings = _document(_header(data, start, len(lane)) + b"".join(lane), start)
        invalid = sum("Invalid TTI timecode" in warning for warning in warnings)
        losses["subtitle without a valid time"] += invalid
        repairs["thing that ttconv did not understand"] += len(warnings) - invalid
        cues += cues_of(document, "stl", losses, position=_position_in(document))
    cues = [_with_letters(cue) for cue in sorted(cues, key=lambda cue: cue.start)]
    return Contents(cues, programme=_programme(data, start), losses=losses.phrases(), repairs=repairs.phrases())


def _subtitles(data: bytes, losses: Losses) -> list[bytes]:
    """Return the blocks of each subtitle, without comments and an incomplete last block, which are counted."""
    blocks = [data[at : at + BLOCK_BYTES] for at in range(HEADER_BYTES, len(data), BLOCK_BYTES)]
    complete = [block for block in blocks if len(block) == BLOCK_BYTES]
    shown = [block for block in complete if block[_COMMENT_FLAG] != 1]
    losses["comment"] += len(complete) - len(shown)
    losses["incomplete block"] += len(blocks) - len(complete)
    return [b"".join(group) for _, group in groupby(shown, key=_Numbering())]


def _position_in(document: Any) -> PositionOf:
    return lambda region, align, _: position_of_region(document, region, align)


class _Numbering:
    """Numbers subtitles by their blocks: one begins behind a last block, unless it adds to what is shown (4.3)."""

    def __init__(self) -> None:
        self._count, self._ended = 0, False

    def __call__(self, block: bytes) -> int:
        """Return the index of the subtitle that a block belongs to."""
        self._count += self._ended and block[_CUMULATIVE] in (0, 1)
        self._ended = block[_EXTENSION] == LAST_BLOCK
        return self._count


def _on_air(subtitles: list[bytes], start: str | None, losses: Losses) -> list[bytes]:
    first = _timecode_bytes(start) if start else b""
    kept = [subtitle for subtitle in subtitles if subtitle[_IN] >= first]
    losses["subtitle before the start of the programme"] += len(subtitles) - len(kept)
    return kept


def _with_later_end(subtitle: bytes, frames: int, repairs: Losses) -> bytes:
    """Return the subtitle shown for one frame, where it would end before it begins and so never be shown."""
    begin, end = subtitle[_IN], subtitle[-BLOCK_BYTES:][_OUT]
    if end > begin or not all(byte < limit for byte, limit in zip(begin, (24, 60, 60, frames), strict=True)):
        return subtitle
    repairs["cue with its end before its start"] += 1
    count = ((begin[0] * 60 + begin[1]) * 60 + begin[2]) * frames + begin[3] + 1
    seconds, frame = divmod(count, frames)
    later = bytes((min(seconds // 3600, 23), seconds // 60 % 60, seconds % 60, frame))
    return b"".join(block[: _OUT.start] + later + block[_OUT.stop :] for block in _blocks(subtitle))


def _lanes(subtitles: list[bytes]) -> list[list[bytes]]:
    """Return the subtitles in lists in which none overlaps the one before: ttconv would make it begin when that ends.

    They get new numbers, since ttconv joins those of one number.
    """
    lanes: list[list[bytes]] = [[]]
    for subtitle in subtitles:
        lane = next((lane for lane in lanes if not lane or lane[-1][-BLOCK_BYTES:][_OUT] <= subtitle[_IN]), None)
        if lane is None:
            lane = []
            lanes.append(lane)
        number = (len(lane) % 0xFFFF).to_bytes(2, "little")
        lane.append(b"".join(block[:1] + number + block[3:] for block in _blocks(subtitle)))
    return lanes


def _blocks(subtitle: bytes) -> list[bytes]:
    return [subtitle[at : at + BLOCK_BYTES] for at in range(0, len(subtitle), BLOCK_BYTES)]


def _header(data: bytes, start: str | None, blocks: int) -> bytes:
    """The header with the first timecode of the programme, from which ttconv counts, and a count of blocks (TNB) that
    ttconv can divide by."""
    field = start.replace(":", "").encode() if start else data[256:264]
    return data[:238] + b"%05d" % min(max(blocks, 1), 99_999) + data[243:256] + field + data[264:HEADER_BYTES]


def _document(file: bytes, start: str | None) -> tuple[Any, list[str]]:
    """Return the document that ttconv reads, and the warnings that it logs."""
    reader, config = library("stl", "ttconv.stl.reader"), library("stl", "ttconv.stl.config")
    configuration = config.STLReaderConfiguration(program_start_tc="TCP" if start else None)
    return read_document("stl", lambda: reader.to_model(io.BytesIO(file), configuration))


def _start_timecode(data: bytes, programme: Programme, subtitles: list[bytes]) -> str | None:
    """Return the label of the programme's first frame: as the reader knows it, or the file's (TCP).

    None where it is invalid, or after the start of all subtitles: then their times count from midnight.
    """
    field = (programme.start_timecode or "").replace(":", "").replace(";", "").encode() or data[256:264]
    if len(field) != 8 or not field.isdigit():
        return None
    start = ":".join(field[at : at + 2].decode() for at in range(0, 8, 2))
    if subtitles and all(subtitle[_IN] < _timecode_bytes(start) for subtitle in subtitles):
        return None
    return start


def _timecode_bytes(timecode: str) -> bytes:
    return bytes(int(part) for part in timecode.split(":"))


def _programme(data: bytes, start: str | None) -> Programme:
    languages = {number: language for language, number in reversed(LANGUAGES.items())}
    code = data[14:16]
    number = int(code, 16) if len(code) == 2 and all(byte in b"0123456789ABCDEFabcdef" for byte in code) else 0
    return Programme(
        title=data[16:48].decode("cp850").strip("\0 ") or None,
        language=languages.get(number),
        frame_rate=RATES.get(data[3:11]),
        start_timecode=start,
    )


def _with_letters(cue: Cue) -> Cue:
    """Return the cue with Omega and Đ where ttconv gives Ohm and Eth, which share a code and look alike as capitals."""
    return replace(cue, text=unicodedata.normalize("NFC", cue.text).replace("Ð", "Đ"))
