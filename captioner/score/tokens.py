"""Splitting text into the tokens that are counted: words or, in scripts without spaces, characters.

    Unicode NFKC and case folding                            ＡＢＣ -> abc, Straße -> strasse
    curly apostrophes become straight, inside words only     Don’t -> don't, 'tis -> tis
    numbers stay as written, without group commas            1,000 -> 1000; 3.5, 12:30 and "two" stay
    other characters than letters, marks and digits          well-known -> well known, 5% -> 5
    separate words
    scripts without spaces: one token per character          你好 -> 你 好

The rules are the same for every language, so that mixed texts are counted too. Korean is split at its spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from captioner.text.scripts import is_unspaced

_TOKEN = re.compile(r"um*|(?:[wd]m*)+(?:(?:a(?=w)|(?<=d)p(?=d))(?:[wd]m*)+)*")
"""A token, over the kinds of characters that `_kind` returns."""

_GROUP_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHES = "’ʼ"  # NFKD makes the full-width apostrophe straight


@dataclass(frozen=True)
class Token:
    """One counted unit of a text."""

    text: str
    """The unit, normalised."""

    first: int
    """The index of its first character in the text."""

    last: int
    """The index after its last character in the text."""


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, in order.

    >>> [token.text for token in tokens("Don’t pay £1,000 — 你好, Straße!")]
    ["don't", 'pay', '1000', '你', '好', 'strasse']
    """
    folded, kinds, origins = _folded(text)
    return [
        Token(
            _GROUP_COMMA.sub("", unicodedata.normalize("NFC", folded[first:last])),
            origins[first],
            origins[last - 1] + 1,
        )
        for first, last in (match.span() for match in _TOKEN.finditer(kinds))
    ]


def _folded(text: str) -> tuple[str, str, list[int]]:
    """Return the text decomposed and case-folded, the kind of each character, and its index in `text`."""
    folded = [
        (character, _kind(character), index)
        for index, original in enumerate(text)
        for character in _decomposed(original)
        if unicodedata.category(character) != "Cf"
    ]
    return "".join(part[0] for part in folded), "".join(part[1] for part in folded), [part[2] for part in folded]


def _decomposed(character: str) -> Iterator[str]:
    """Yield the NFKD of a character, case-folded. Single characters cannot be composed, so NFC follows later."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    yield from ("'" if part in _APOSTROPHES else part for part in folded)


def _kind(character: str) -> str:
    """Return u for a script without spaces, w letter, d digit, m mark, a apostrophe, p point, or a space for others."""
    if character == "'":
        return "a"
    category = unicodedata.category(character)[0]
    if category == "M":
        return "m"
    if category in "LN":
        return "u" if is_unspaced(character) else "w" if category == "L" else "d"
    return "p" if character in ".,:⁄" else " "
