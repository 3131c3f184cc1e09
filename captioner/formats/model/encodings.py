"""Which encoding a caption file is in: what its first bytes say, then UTF-8, then what its bytes look most like."""

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
"""Share of the characters beyond ASCII that may be broken in a file that is taken for UTF-8: any other encoding breaks
most of them."""

ENOUGH = 1 << 18
"""Bytes in which an encoding shows itself."""


class Decoded(NamedTuple):
    """The text of a file, its encoding where that had to be guessed, and how many characters in it were broken."""

    text: str
    guessed: str | None = None
    broken: int = 0


def decoded(data: bytes, encoding: str | None = None) -> str:
    """The text of a file in `encoding` or, where that is not given, in the one that it shows. As `decoding` raises."""
    return decoding(data, encoding).text


def decoding(data: bytes, encoding: str | None = None) -> Decoded:
    """The same with what had to be guessed. A broken character becomes U+FFFD.

    Raises `FormatError` where the bytes are no text, or there is no such encoding.
    """
    name = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if name is not None:
        return _in_named(data, name)
    if disguised := _looks_like_ascii(data):
        return Decoded(data.decode(disguised, "replace"), disguised)
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken <= BROKEN * sum(character > "\x7f" for character in text):
        return Decoded(text, broken=broken)
    return _in_guessed(data)


def _looks_like_ascii(data: bytes) -> str | None:
    """An encoding whose bytes UTF-8 would take too: UTF-16 without its mark, half of it zeros, and ISO-2022-JP."""
    if data.count(0) > len(data) / 10:
        return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    return "iso2022_jp" if b"\x1b$" in data and data.isascii() else None


def _in_named(data: bytes, name: str) -> Decoded:
    try:
        text = data.decode(name, "replace")
    except (LookupError, ValueError) as error:  # not every codec of Python's makes text of bytes
        raise FormatError("encoding", f"none is called {name!r}") from error
    return Decoded(text.removeprefix("\ufeff"), broken=text.count("\ufffd"))


def _in_guessed(data: bytes) -> Decoded:
    import chardet

    name = chardet.detect(data[:ENOUGH])["encoding"]
    if name is None:
        raise FormatError("encoding", "cannot be told, or this is no text; say it with --encoding")
    text = data.decode(name, "replace")
    return Decoded(text.removeprefix("\ufeff"), name.lower(), text.count("\ufffd"))
