"""The width of text on the screen, in columns, and whether there is anything to see, by Unicode's tables."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

_JOINED_EMOJI = regex.compile(r"\u200d\p{Extended_Pictographic}")
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")


def bases(text: str) -> str:
    """Return a text without emoji that a zero width joiner joins to the one before: a family is as wide as a person.

    >>> bases("👩\u200d👩\u200d👧!")
    '👩!'
    """
    return "".join(_JOINED_EMOJI.split(text))


@lru_cache(maxsize=8192)
def character_columns(character: str) -> int:
    """Return the width of a character: 0, 1 or 2 columns.

    Marks, skin tones, invisible characters, and the vowels and finals of a Hangul syllable in jamo have 0: they are
    drawn over or inside the character before. Wide and full-width characters have 2, all others 1.
    """
    if unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf", "Cc") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    if "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@lru_cache(maxsize=8192)
def east_asian_columns(character: str) -> int:
    """Return the width of a character in an East Asian font: punctuation of ambiguous width (“ … — ·) has 2 columns."""
    ambiguous = unicodedata.east_asian_width(character) == "A" and unicodedata.category(character)[0] in "PS"
    return 2 if ambiguous else character_columns(character)


def is_visible(text: str) -> bool:
    """Return whether there is anything to see, and not only spaces, control and format characters."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)
