"""Grapheme clusters: each is one character for a reader, however many code points spell it.

They are the extended grapheme clusters of UAX #29 (Unicode 15.1 and later, with Indic conjuncts), by `\\X` of the regex
library. Four tailorings keep more characters together:

- A mark stays with its letter; the Burmese vowel sign AA, for one, is not a spacing mark in UAX #29.
- A character stays with the zero width joiner before it (UAX #14, rule LB8a), as in Sinhala conjuncts.
- A letter stays with the Kannada or Gurmukhi virama before it, since it is drawn below the line.
- Tamil க்ஷ and ஸ்ரீ are ligatures.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

import regex

GRAPHEME = r"""
    \X (?: (?: (?<! [\p{Z}\p{C}] ) (?= \p{M} )
             | (?<= \u200d ) (?! [\p{Z}\p{C}] )
             | (?<= [\u0a4d\u0ccd] ) (?= \p{L} )
             | (?<= \u0b95\u0bcd ) (?= \u0bb7 )
             | (?<= [\u0bb6\u0bb8]\u0bcd ) (?= \u0bb0\u0bc0 )
             ) \X )*
"""
"""A pattern for one grapheme cluster, for `regex.VERBOSE`."""

_GRAPHEME = regex.compile(GRAPHEME, regex.VERBOSE)


def graphemes(text: str) -> list[str]:
    """Return the grapheme clusters of a text, which together spell it.

    >>> graphemes("🇩🇪🇫🇷กำลัง")
    ['🇩🇪', '🇫🇷', 'กำ', 'ลั', 'ง']
    >>> graphemes("क्षत्रिय"), len(graphemes("👩‍👩‍👧"))
    (['क्ष', 'त्रि', 'य'], 1)
    """
    return list(text) if text.isascii() and "\r\n" not in text else _GRAPHEME.findall(text)


@lru_cache(maxsize=64)
def grapheme_edges(text: str) -> frozenset[int]:
    """Return the places of a text, 0 and its length included, where it may be cut without tearing a grapheme.

    >>> sorted(grapheme_edges("🇩🇪🇫🇷"))
    [0, 2, 4]
    """
    return frozenset(accumulate(map(len, graphemes(text)), initial=0))


def is_grapheme_edge(text: str, index: int) -> bool:
    """Return whether a text may be cut before the character at `index` without tearing a grapheme cluster."""
    return index in grapheme_edges(text)
