"""Which encoding a caption file is in: what its first bytes say, then UTF-8, then what its bytes look most like."""

from __future__ import annotations

import codecs

from captioner.errors import FormatError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, encoding: str | None = None) -> str:
    """The text of a file in `encoding` or, where that is not given, in the one that it shows.

    Raises `FormatError` where the bytes are no text.
    """
    name = encoding or _encoding(data)
    try:
        return data.decode(name)
    except LookupError as error:
        raise FormatError("text", f"no encoding is called {name!r}") from error
    except UnicodeDecodeError as error:
        raise FormatError("text", f"is not {name.upper().removesuffix('-SIG')} text") from error


def _encoding(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    return "utf-8"
