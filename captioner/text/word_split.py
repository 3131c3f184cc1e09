"""A text in words, where spaces part them, and in graphemes where the script is written without spaces."""

from __future__ import annotations

import regex

from captioner.text.graphemes import graphemes
from captioner.text.scripts import is_unspaced

_SPACED = regex.compile(r"\s*\S+|\s+")


def split_words(text: str) -> list[str]:
    """The words of a text, each with the space before it; together they spell the text.

    In a script without spaces each grapheme is a word of its own. White space at the end stands alone.

    >>> split_words("The GLM模型, กำลัง.")
    ['The', ' GLM', '模', '型', ',', ' กำ', 'ลั', 'ง', '.']
    """
    return [word for match in _SPACED.finditer(text) for word in _split(match.group())]


def _split(chunk: str) -> list[str]:
    if chunk.isascii():
        return [chunk]
    parts: list[str] = []
    is_open = True  # whether the next grapheme of a spaced script goes on with the last part
    space = chunk[: len(chunk) - len(chunk.lstrip())]
    for grapheme in graphemes(chunk[len(space) :]):
        alone = is_unspaced(grapheme[0])
        if alone or not is_open or not parts:
            parts.append(grapheme)
        else:
            parts[-1] += grapheme
        is_open = not alone
    return [space + parts[0], *parts[1:]] if parts else [space]
