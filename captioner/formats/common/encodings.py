"""Decodes caption files: by the byte order mark, as UTF-8, or in the most likely encoding."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from captioner.errors import FormatError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

BROKEN = 0.02
"""Share of the characters beyond ASCII that may be broken in a file that is read as UTF-8. In a file with another
encoding, most of them are."""

ENOUGH = 1 << 18
"""Bytes of a file from which its encoding is detected."""


class Decoded(NamedTuple):
    """The text of a file, and how it was decoded."""

    text: str
    guessed: str | None = None
    """The encoding, where nothing but the bytes themselves suggested it."""
    broken: int = 0
    """The number of characters that could not be decoded; each is U+FFFD in the text."""


def decoded(data: bytes, encoding: str | None = None) -> str:
    """Return the text of a file in `encoding`, which is detected where it is not given. Raises as `decoding` does."""
    return decoding(data, encoding).text


def decoding(data: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of a file in `encoding`, which is detected where it is not given, and how it was decoded.

    Raises `FormatError` if the bytes are not text, or there is no such encoding.
    """
    name = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if name is not None:
        return _in_named(data, name)
    if name := _like_ascii(data):
        return Decoded(data.decode(name, "replace"), name)
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken <= BROKEN * sum(character > "\x7f" for character in text):
        return Decoded(text, broken=broken)
    return _in_guessed(data)


def _like_ascii(data: bytes) -> str | None:
    """Return an encoding whose bytes are valid UTF-8 too: UTF-16 without its mark, half of it zeros, or ISO-2022-JP."""
    if data.count(0) > len(data) / 10:
        return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    return "iso2022_jp" if b"\x1b$" in data and data.isascii() else None


def _in_named(data: bytes, name: str) -> Decoded:
    try:
        text = data.decode(name, "replace")
    except (LookupError, ValueError) as error:  # not every codec of Python's makes text of bytes
        raise FormatError("encoding", f"there is no encoding {name!r}") from error
    return Decoded(text.removeprefix("\ufeff"), broken=text.count("\ufffd"))


def _in_guessed(data: bytes) -> Decoded:
    import chardet

    name = chardet.detect(data[:ENOUGH])["encoding"]
    if name is None:
        raise FormatError(
            "encoding", "not detected, or the file is not text; name it with 'captioner convert --encoding'"
        )
    text = data.decode(name, "replace")
    return Decoded(text.removeprefix("\ufeff"), name.lower(), text.count("\ufffd"))
