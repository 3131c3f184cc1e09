"""EBU STL read through ttconv: open subtitles and teletext subtitles."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from fractions import Fraction
from typing import Any

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.extras import library
from captioner.formats.model.losses import Losses
from captioner.formats.model.ttconv_bridge import cues_of, read_document
from captioner.formats.stl.language_codes import LANGUAGES
from captioner.formats.ttml.regions import position_of_region
from captioner.values import Cue

HEADER_BYTES, BLOCK_BYTES = 1024, 128
"""Length of the header (GSI) and of each text block (TTI)."""

PAL, NTSC = Fraction(25), Fraction(30_000, 1001)

RATES = {b"STL25.01": PAL, b"STL30.01": NTSC}
"""Frames a second, by the disk format code (4.2, DFC)."""

_COMMENT_FLAG = 15
"""Offset in a block of the byte that marks a comment (4.3, CF)."""


def parse(data: bytes) -> Contents:
    """The subtitles as cues, without comments. Raises `FormatError`, also if ttconv is missing."""
    if data[3:6] != b"STL" or len(data) < HEADER_BYTES:
        raise FormatError("stl", "is not an EBU STL file: it does not begin with the header of EBU Tech 3264")
    subtitles, losses = _subtitles(data)
    start = _start_timecode(data, subtitles)
    document, warnings = _document(data[:HEADER_BYTES] + b"".join(subtitles), start)
    omitted = sum("omitting" in warning for warning in warnings)
    losses["subtitle with its end before its start"] = omitted
    mended = Losses({"thing that ttconv did not understand": len(warnings) - omitted})
    cues = cues_of(
        document, "stl", losses, position=lambda region, align, _: position_of_region(document, region, align)
    )
    cues = [_with_letters(cue) for cue in cues]
    return Contents(cues, programme=_programme(data, start), losses=losses.phrases(), mended=mended.phrases())


def _subtitles(data: bytes) -> tuple[list[bytes], Losses]:
    """The blocks of a file less comments and an incomplete last block, and the count of those."""
    blocks = [data[at : at + BLOCK_BYTES] for at in range(HEADER_BYTES, len(data), BLOCK_BYTES)]
    complete = [block for block in blocks if len(block) == BLOCK_BYTES]
    subtitles = [block for block in complete if block[_COMMENT_FLAG] != 1]
    return subtitles, Losses(
        {"comment": len(complete) - len(subtitles), "incomplete block": len(blocks) - len(complete)}
    )


def _document(file: bytes, start: str | None) -> tuple[Any, list[str]]:
    """The document that ttconv reads, and the warnings that it logs."""
    reader, config = library("stl", "ttconv.stl.reader"), library("stl", "ttconv.stl.config")
    configuration = config.STLReaderConfiguration(program_start_tc="TCP" if start else None)
    return read_document("stl", lambda: reader.to_model(io.BytesIO(file), configuration))


def _start_timecode(data: bytes, subtitles: list[bytes]) -> str | None:
    """The label of the programme's first frame (TCP); None if it is invalid, or after the start of a subtitle."""
    field = data[256:264]
    if not field.isdigit():
        return None
    start = bytes(int(field[at : at + 2]) for at in range(0, 8, 2))
    if any(block[5:9] < start for block in subtitles):
        return None
    return ":".join(f"{part:02}" for part in start)


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
    """The cue with Omega and Đ where ttconv gives Ohm and Eth, which share a code and look alike as capitals."""
    return replace(cue, text=unicodedata.normalize("NFC", cue.text).replace("Ð", "Đ"))
