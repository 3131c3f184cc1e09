"""Finds the ends of words in Chinese and Japanese by optional libraries.

`pip install captioner[cjk]` brings both: rjieba cuts Chinese into words, BudouX Japanese into phrases. BudouX's model
for Chinese is not used: it cut inside words in half of ten ordinary sentences, where jieba did in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import accumulate

Segmenter = Callable[[str], Iterable[str]]
"""A function from a text to its parts, which together spell it."""


@cache
def chinese() -> Segmenter | None:
    """Return a function that cuts a text into words; None if rjieba is not installed."""
    try:
        import rjieba
    except ImportError:
        return None
    cut: Segmenter = rjieba.cut
    return cut


@cache
def japanese() -> Segmenter | None:
    """Return a function that cuts a text into phrases; None if BudouX is not installed."""
    try:
        import budoux
    except ImportError:
        return None
    parse: Segmenter = budoux.load_default_japanese_parser().parse
    return parse


def languages_without_segmenter() -> list[str]:
    """Return the names of the languages for which no segmenter is installed."""
    return [name for name, segmenter in (("Chinese", chinese()), ("Japanese", japanese())) if segmenter is None]


def word_edges(segmenter: Segmenter, text: str) -> frozenset[int]:
    """Return the ends of the parts into which a text is cut, as numbers of characters."""
    return frozenset(accumulate(map(len, segmenter(text))))
