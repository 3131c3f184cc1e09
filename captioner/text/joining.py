"""Whether a space belongs where two texts that follow one another are joined."""

from __future__ import annotations

from collections.abc import Iterable

from captioner.text.graphemes import is_grapheme_edge
from captioner.text.scripts import is_unspaced


def space_between(before: str, after: str) -> str:
    """Return the separator of two texts that are joined, such as those of two clips: a space, or nothing.

    It is empty if one text is empty, if there is white space already, or if either text has a script without spaces
    at the joint. For the lines of one text, `scripts.meet_unspaced` applies instead, since a break beside a Latin word
    was put there on purpose. A text that begins with a mark gets a space, so that no grapheme spans the joint.
    """
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    is_close = is_unspaced(before[-1]) or is_unspaced(after[0])
    return "" if is_close and is_grapheme_edge(before[-1] + after[0], 1) else " "


def join_texts(texts: Iterable[str]) -> str:
    """Return the texts of clips that follow one another as one, without white space at their edges.

    >>> join_texts(["Good ", "morning."]), join_texts(["早上", "好。"]), join_texts(["", "一", "two", "three"])
    ('Good morning.', '早上好。', '一two three')
    """
    joined = ""
    for text in map(str.strip, texts):
        joined += space_between(joined, text) + text
    return joined
