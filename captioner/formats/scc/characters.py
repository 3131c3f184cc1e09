"""The characters of line 21 captions, CEA-608 (47 CFR 15.119 and its extensions), as codes of channel 1.

A basic character is one byte. A special one is a code of two bytes, and so is an extended one, which takes the place of
the character before it: what decoders of 1993 show, that know no other, is sent first.
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

_SPECIAL = "®°½¿™¢£♪à\0èâêîôû"  # the tenth is a space through which the picture is seen

SPECIAL = {character: 0x1130 + place for place, character in enumerate(_SPECIAL) if character != "\0"}

_EXTENDED = {
    0x1220: "ÁÉÓÚÜü‘¡*\0—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»",  # the tenth is an apostrophe, which is basic too
    0x1320: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤┃ÅåØø┏┓┗┛",
}

EXTENDED = {
    character: first + place
    for first, characters in _EXTENDED.items()
    for place, character in enumerate(characters)
    if character != "\0"
}

ALIKE = {"’": "'", "…": "...", "–": "-", "‐": "-", "‑": "-", "−": "-", "„": '"', "♫": "♪", "`": "'"}
"""What captions are full of and line 21 has not, and what is written for it."""

_STAND_INS = {"“": '"', "”": '"', "‘": "'", "—": "-", "«": '"', "»": '"', "¡": "!", "{": "(", "}": ")", "•": "."}


def stand_in(character: str) -> str:
    """What is sent before an extended character: its letter without the accent, or something alike."""
    base = unicodedata.normalize("NFD", character)[0]
    return _STAND_INS.get(character, base if base in BASIC else " ")


def missing(text: str) -> set[str]:
    """The characters of a text that line 21 does not have."""
    return {
        character for character in text if not any(character in table for table in (BASIC, SPECIAL, EXTENDED, "\n"))
    }
