"""Text as what is counted: words or, in scripts without spaces, characters. The normaliser of the error rates.

    Unicode NFKC, and small letters by case folding        ＡＢＣ -> abc, Straße -> strasse
    curly apostrophes straight, kept inside words only     Don’t -> don't, 'tis -> tis
    numbers as they are written, without group commas      1,000 -> 1000, 3.5 and 12:30 whole, "two" stays two
    all else that is no letter, mark or digit parts words  well-known -> well known, 5% -> 5
    Han, kana, Thai, Lao, Burmese, Khmer: each by itself   你好 -> 你 好

The same for every language, so mixed texts are counted as people read them; Korean and all others by their spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from captioner.text.scripts import is_unspaced

_TOKEN = re.compile(r"um*|(?:[wd]m*)+(?:(?:a(?=w)|(?<=d)p(?=d))(?:[wd]m*)+)*")
"""Over the kinds of characters: see `_kind`."""

_GROUP_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHES = "’ʼ"  # NFKD makes the full-width one straight


@dataclass(frozen=True)
class Token:
    """What is counted as one; it stands at characters `first` to `last` (exclusive) of its text."""

    text: str
    first: int
    last: int


def tokens(text: str) -> list[Token]:
    """What is counted in a text, in order.

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
    """The text taken apart and in small letters, the kind of each character, and where in `text` it stood."""
    folded = [
        (character, _kind(character), place)
        for place, written in enumerate(text)
        for character in _apart(written)
        if unicodedata.category(character) != "Cf"
    ]
    return "".join(part[0] for part in folded), "".join(part[1] for part in folded), [part[2] for part in folded]


def _apart(character: str) -> Iterator[str]:
    """NFKD and not yet NFKC: one character at a time, letters and their marks can only be taken apart."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    yield from ("'" if part in _APOSTROPHES else part for part in folded)


def _kind(character: str) -> str:
    """u: of a script without spaces, w: a letter, d: a digit, m: a mark, a: an apostrophe, p: a point, and a space."""
    if character == "'":
        return "a"
    category = unicodedata.category(character)[0]
    if category == "M":
        return "m"
    if category in "LN":
        return "u" if is_unspaced(character) else "w" if category == "L" else "d"
    return "p" if character in ".,:⁄" else " "
