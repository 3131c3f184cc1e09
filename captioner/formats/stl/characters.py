"""The five alphabets of EBU STL (Tech 3264, appendix 2). A file has one: Latin is ISO 6937, the others are ISO 8859."""

from __future__ import annotations

import unicodedata

ISO_8859 = {b"01": "iso8859_5", b"02": "iso8859_6", b"03": "iso8859_7", b"04": "iso8859_8"}
"""Cyrillic, Arabic, Greek and Hebrew, by the number of their table."""

LATIN = b"00"

TABLES = (LATIN, *ISO_8859)

_ASCII = {chr(code): bytes([code]) for code in range(0x20, 0x7F)}
"""The dollar too, as all readers have it; the edition of 1991 had it at 0xA4."""

_ROWS = {
    0xA0: "\u00a0¡¢£\0¥\0§¤‘“«←↑→↓",
    0xB0: "°±²³×µ¶·÷’”»¼½¾¿",
    0xD0: "—¹®©™♪¬¦\0\0\0\0⅛⅜⅝⅞",
    0xE0: "ΩÆĐªĦ\0ĲĿŁØŒºÞŦŊŉ",
    0xF0: "ĸæđðħıĳŀłøœßþŧŋ",
}

_SINGLE = {
    character: bytes([first + place])
    for first, characters in _ROWS.items()
    for place, character in enumerate(characters)
    if character != "\0"
}

_SINGLE["ģ"] = b"\xc2g"  # its cedilla stands above

# An accent stands before its letter: grave, acute, circumflex, tilde, macron, breve, dot, umlaut, ring, cedilla,
# double acute, ogonek, caron.
_ACCENTS = dict(
    zip(
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u0327\u030b\u0328\u030c",
        (0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF),
        strict=True,
    )
)


_NOT_COMBINED = "ĔĕĬĭŎŏ"

ALIKE = {"―": "—", "–": "-", "‐": "-", "‑": "-", "−": "-", "„": '"', "‚": "'", "…": "...", "Ð": "Đ", "♫": "♪"}
"""What captions are full of and Latin has not, and what is written for it. Both letters with a stroke are one code."""


def encoded(character: str, table: bytes) -> bytes | None:
    """A character as a file of this table spells it; None where it does not have it."""
    if table == LATIN:
        return _ASCII.get(character) or _SINGLE.get(character) or _accented(character)
    try:
        code = character.encode(ISO_8859[table])
    except UnicodeEncodeError:
        return None
    return code if 0x20 <= code[0] < 0x7F or code[0] >= 0xA0 else None


def _accented(character: str) -> bytes | None:
    """Only the letters that ISO 6937 combines, which are those of the languages of Europe."""
    parts = unicodedata.normalize("NFD", character)
    combined = "\u00c0" <= character <= "\u017f" and character not in _NOT_COMBINED
    if combined and len(parts) == 2 and parts[1] in _ACCENTS:
        return bytes([_ACCENTS[parts[1]]]) + parts[0].encode()
    return None


def missing(characters: set[str], table: bytes) -> set[str]:
    """Those of the characters that a table does not have."""
    return {character for character in characters if encoded(character, table) is None}


_FROM_ONE = (
    "sq br ca hr cy cs da de en es eo et eu fo fr fy ga gd gl is it se la lv lb lt hu mt nl no oc pl pt ro rm sr sk"
)

LANGUAGES = {language: number for number, language in enumerate(_FROM_ONE.split(), 1)} | {
    "sl": 0x26,
    "fi": 0x27,
    "sv": 0x28,
    "tr": 0x29,
    "nb": 0x1E,
    "nn": 0x1E,
    "wa": 0x2B,
    "uk": 0x49,
    "ru": 0x56,
    "fa": 0x5A,
    "mk": 0x63,
    "he": 0x6C,
    "el": 0x70,
    "bg": 0x77,
    "be": 0x79,
    "ar": 0x7E,
}
"""The number of a language (appendix 3) by its tag."""
