"""How wide a character is on the screen, by Unicode's tables."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ZERO_WIDTH_JOINER = "\u200d"


def bases(text: str) -> str:
    """`text` without what a zero width joiner glues to the character before: a family is as wide as one person."""
    first, *joined = text.split(ZERO_WIDTH_JOINER)
    return first + "".join(part[1:] for part in joined)


@lru_cache(maxsize=8192)
def character_columns(character: str) -> int:
    """0 for marks, modifiers and the invisible, 2 for wide and full-width characters, 1 for all others."""
    if unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf", "Cc") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@lru_cache(maxsize=8192)
def east_asian_columns(character: str) -> int:
    """As `character_columns`, but punctuation and symbols of ambiguous width (“ … — ·) are full-width."""
    ambiguous = unicodedata.east_asian_width(character) == "A" and unicodedata.category(character)[0] in "PS"
    return 2 if ambiguous else character_columns(character)
