"""A text split into words at its spaces, and into graphemes in scripts without spaces."""

from __future__ import annotations

import re

from captioner.text.graphemes import graphemes
from captioner.text.scripts import is_unspaced

_SPACED = re.compile(r"\s*\S+|\s+")


def split_words(text: str) -> list[str]:
    """Return the words of a text, each with the space before it; together they spell the text.

    In a script without spaces each grapheme is a word of its own. White space at the end stands alone.

    >>> split_words("The GLM模型, กำลัง.")
    ['The', ' GLM', '模', '型', ',', ' กำ', 'ลั', 'ง', '.']
    """
    return [word for match in _SPACED.finditer(text) for word in _split(match.group())]


def _split(chunk: str) -> list[str]:
    """Return the words of a text that has white space only at its start."""
    if chunk.isascii():
        return [chunk]
    text = chunk.lstrip()
    parts: list[str] = []
    goes_on = False  # whether the last part is of a script with spaces, so that the next such grapheme belongs to it
    for grapheme in graphemes(text):
        alone = is_unspaced(grapheme[0])
        if goes_on and not alone:
            parts[-1] += grapheme
        else:
            parts.append(grapheme)
        goes_on = not alone
    space = chunk[: len(chunk) - len(text)]
    return [space + "".join(parts[:1]), *parts[1:]]
