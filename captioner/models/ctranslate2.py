"""Reads the header of a CTranslate2 model (model.bin), without its library.

The format is that of CTranslate2's `Model::load`: a version, the name of the model's specification and its revision,
then for each variable its name, shape, type and bytes, then aliases. Numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

WEIGHTS = "model.bin"

WHISPER = "WhisperSpec"

FORMAT_VERSION = 6
"""The version that every CTranslate2 since 2022 writes."""

EMBEDDINGS = "decoder/embeddings/weight"
"""The variable with a row for each token."""

MOST_VARIABLES = 100_000


@dataclass(frozen=True)
class CTranslate2Header:
    """What model.bin says of itself."""

    specification: str
    """The kind of model, such as `WhisperSpec`."""

    vocabulary: int
    """Tokens that it knows; 0 where the file has no such variable."""

    size: int
    """Bytes that a complete file has at least."""


def read_header(path: Path) -> CTranslate2Header | None:
    """Return the header of a file; None if it is not a CTranslate2 model, or ends within the header's first bytes.

    The bytes of a variable are skipped and not read, so a truncated file has a header, too.
    """
    length = path.stat().st_size
    with path.open("rb") as file:
        try:
            return _header(file, length)
        except (struct.error, UnicodeDecodeError):
            return None


def _header(file: BinaryIO, length: int) -> CTranslate2Header | None:
    version = _number(file, "I")
    if version != FORMAT_VERSION:
        return None
    specification = _name(file)
    _number(file, "I")  # its revision
    count = _number(file, "I")
    if count > MOST_VARIABLES:
        return None
    vocabulary = 0
    for _ in range(count):
        if file.tell() >= length:
            return CTranslate2Header(specification, vocabulary, file.tell() + 1)
        name = _name(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        _number(file, "B")  # its type
        if name == EMBEDDINGS and shape:
            vocabulary = shape[0]
        file.seek(_number(file, "I"), 1)
    if file.tell() < length:
        for _ in range(_number(file, "I")):  # aliases: a name and the variable that it stands for
            _name(file)
            _name(file)
    return CTranslate2Header(specification, vocabulary, file.tell())


def _number(file: BinaryIO, kind: str) -> int:
    """Read an unsigned number: I has 4 bytes, H has 2, B has 1. Raises `struct.error` at the end of the file."""
    (value,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))
    return int(value)


def _name(file: BinaryIO) -> str:
    """Read a name. Raises `struct.error` at the end of the file."""
    length = _number(file, "H")
    (name,) = struct.unpack(f"<{length}s", file.read(length))
    return bytes(name).rstrip(b"\0").decode("ascii")
