"""EBU STL read through ttconv."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from fractions import Fraction

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.extras import library
from captioner.formats.model.losses import Losses
from captioner.formats.model.ttconv_bridge import complaints, cues_of
from captioner.formats.stl.characters import LANGUAGES
from captioner.values import Cue

HEAD, BLOCK = 1024, 128

RATES = {b"STL25.01": Fraction(25), b"STL30.01": Fraction(30_000, 1001)}

_COMMENT = 15
"""The byte of a block that says whether it is one (4.3, CF)."""


def read_stl(data: bytes) -> Contents:
    """The subtitles as cues, without the comments of their authors. Raises `FormatError`, also without ttconv."""
    if data[3:6] != b"STL" or len(data) < HEAD:
        raise FormatError("stl", "does not begin as EBU Tech 3264 wants it, so it is no STL of the EBU")
    blocks = [data[at : at + BLOCK] for at in range(HEAD, len(data), BLOCK)]
    losses = Losses({"comment": sum(len(block) == BLOCK and block[_COMMENT] == 1 for block in blocks)})
    losses["incomplete block"] = sum(len(block) < BLOCK for block in blocks)
    whole = [block for block in blocks if len(block) == BLOCK and block[_COMMENT] != 1]
    reader, config = library("stl", "ttconv.stl.reader"), library("stl", "ttconv.stl.config")
    start = _start(data, whole)
    settings = config.STLReaderConfiguration(program_start_tc="TCP" if start else None)
    with complaints() as heard:
        try:
            document = reader.to_model(io.BytesIO(data[:HEAD] + b"".join(whole)), settings)
        except Exception as error:  # whatever the library stumbles over in somebody's file
            raise FormatError("stl", f"cannot be read by ttconv: {error}") from error
    omitted = sum("omitting" in record.getMessage() for record in heard)
    losses["subtitle with its end before its start"] = omitted
    mended = Losses({"thing that ttconv did not understand": len(heard) - omitted})
    cues = [_composed(cue) for cue in cues_of(document, "stl", losses)]
    return Contents(cues, programme=_programme(data, start), losses=losses.phrases(), mended=mended.phrases())


def _start(data: bytes, blocks: list[bytes]) -> str | None:
    """The label of the programme's first frame (TCP), unless subtitles lie before it, which then is no such label."""
    field = data[256:264]
    if not field.isdigit():
        return None
    first = bytes(int(field[at : at + 2]) for at in range(0, 8, 2))
    if any(block[5:9] < first for block in blocks):
        return None
    return ":".join(f"{part:02}" for part in first)


def _programme(data: bytes, start: str | None) -> Programme:
    names = {number: name for name, number in reversed(LANGUAGES.items())}
    code = data[14:16]
    number = int(code, 16) if len(code) == 2 and all(byte in b"0123456789ABCDEFabcdef" for byte in code) else 0
    return Programme(
        title=data[16:48].decode("cp850").strip("\0 ") or None,
        language=names.get(number),
        frame_rate=RATES.get(data[3:11]),
        start_timecode=start,
    )


def _composed(cue: Cue) -> Cue:
    """ttconv has Ohm for Omega, and Eth for the D with a stroke, which share a code and are alike as capitals."""
    return replace(cue, text=unicodedata.normalize("NFC", cue.text).replace("Ð", "Đ"))
