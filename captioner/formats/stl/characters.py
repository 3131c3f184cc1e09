"""The five alphabets of EBU STL (Tech 3264, appendix 2). A file uses one: Latin is ISO 6937, the others ISO 8859."""

from __future__ import annotations

import unicodedata

ISO_8859 = {b"01": "iso8859_5", b"02": "iso8859_6", b"03": "iso8859_7", b"04": "iso8859_8"}
"""Codec of Cyrillic, Arabic, Greek and Hebrew, by the number of the alphabet (CCT)."""

LATIN = b"00"

ALPHABETS = (LATIN, *ISO_8859)
"""The numbers of all alphabets (CCT)."""

_ASCII = {chr(code): bytes([code]) for code in range(0x20, 0x7F)}
"""Includes the dollar, as all readers do; the edition of 1991 had it at 0xA4."""

_ROWS = {
    0xA0: "\u00a0¡¢£\0¥\0§¤‘“«←↑→↓",
    0xB0: "°±²³×µ¶·÷’”»¼½¾¿",
    0xD0: "—¹®©™♪¬¦\0\0\0\0⅛⅜⅝⅞",
    0xE0: "ΩÆĐªĦ\0ĲĿŁØŒºÞŦŊŉ",
    0xF0: "ĸæđðħıĳŀłøœßþŧŋ",
}

_SINGLE = {
    character: bytes([first_code + offset])
    for first_code, characters in _ROWS.items()
    for offset, character in enumerate(characters)
    if character != "\0"
}

_SINGLE["ģ"] = b"\xc2g"  # its cedilla is written above

# The byte of an accent comes before its letter: grave, acute, circumflex, tilde, macron, breve, dot, umlaut, ring,
# cedilla, double acute, ogonek, caron.
_ACCENTS = dict(
    zip(
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u0327\u030b\u0328\u030c",
        (0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF),
        strict=True,
    )
)


_NOT_COMBINED = "ĔĕĬĭŎŏ"

REPLACEMENTS = {"―": "—", "–": "-", "‐": "-", "‑": "-", "−": "-", "„": '"', "‚": "'", "…": "...", "Ð": "Đ", "♫": "♪"}
"""Characters common in captions and missing from Latin, and the text written for each. Ð and Đ share a code."""


def encoded(character: str, alphabet: bytes) -> bytes | None:
    """Return the bytes of a character in an alphabet; None if the alphabet lacks it."""
    if alphabet == LATIN:
        return _ASCII.get(character) or _SINGLE.get(character) or _accented(character)
    try:
        code = character.encode(ISO_8859[alphabet])
    except UnicodeEncodeError:
        return None
    return code if 0x20 <= code[0] < 0x7F or code[0] >= 0xA0 else None


def _accented(character: str) -> bytes | None:
    """Return an accent and a letter that ISO 6937 combines, which are those of European languages; None for others."""
    parts = unicodedata.normalize("NFD", character)
    combined = "\u00c0" <= character <= "\u017f" and character not in _NOT_COMBINED
    if combined and len(parts) == 2 and parts[1] in _ACCENTS:
        return bytes([_ACCENTS[parts[1]]]) + parts[0].encode()
    return None


def unencodable(characters: set[str], alphabet: bytes) -> set[str]:
    """Return the characters that an alphabet lacks."""
    return {character for character in characters if encoded(character, alphabet) is None}
