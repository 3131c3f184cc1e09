"""The characters of line 21 captions, CEA-608 (47 CFR 15.119 and its extensions), as codes of channel 1.

A basic character is one byte. A special character is a code of two bytes. An extended character is also a code of two
bytes, and it replaces the character before it: decoders of 1993, which know no extended characters, show that one.
"""

from __future__ import annotations

import unicodedata

_NOT_ASCII = {
    0x2A: "á",
    0x5C: "é",
    0x5E: "í",
    0x5F: "ó",
    0x60: "ú",
    0x7B: "ç",
    0x7C: "÷",
    0x7D: "Ñ",
    0x7E: "ñ",
    0x7F: "█",
}

BASIC = {_NOT_ASCII.get(code, chr(code)): code for code in range(0x20, 0x80)}
"""Byte of each basic character."""

_SPECIAL = "®°½¿™¢£♪à\0èâêîôû"  # the tenth is a transparent space

SPECIAL = {character: 0x1130 + offset for offset, character in enumerate(_SPECIAL) if character != "\0"}
"""Code of each special character."""

_EXTENDED = {
    0x1220: "ÁÉÓÚÜü‘¡*\0—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»",  # the tenth is an apostrophe, which is a basic character too
    0x1320: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤┃ÅåØø┏┓┗┛",
}

EXTENDED = {
    character: first_code + offset
    for first_code, characters in _EXTENDED.items()
    for offset, character in enumerate(characters)
    if character != "\0"
}
"""Code of each extended character."""

REPLACEMENTS = {"’": "'", "…": "...", "–": "-", "‐": "-", "‑": "-", "−": "-", "„": '"', "♫": "♪", "`": "'"}
"""Characters that are common in captions and missing from line 21, and the text written for each."""

_FALLBACKS = {"“": '"', "”": '"', "‘": "'", "—": "-", "«": '"', "»": '"', "¡": "!", "{": "(", "}": ")", "•": "."}


def fallback(character: str) -> str:
    """Return the basic character sent before an extended one: its letter without the accent, or a similar character."""
    base = unicodedata.normalize("NFD", character)[0]
    return _FALLBACKS.get(character, base if base in BASIC else " ")


def unsupported(text: str) -> set[str]:
    """Return the characters of a text that line 21 cannot show."""
    return {
        character for character in text if not any(character in table for table in (BASIC, SPECIAL, EXTENDED, "\n"))
    }
