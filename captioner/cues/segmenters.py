"""Where words end in scripts that write no spaces, by those libraries that know and are installed.

`pip install captioner[cjk]` brings both: rjieba cuts Chinese into words, BudouX Japanese into phrases. BudouX's model
for Chinese is not used: it cut inside words in half of ten ordinary sentences, where jieba did in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import accumulate

Cut = Callable[[str], Iterable[str]]


@cache
def chinese() -> Cut | None:
    """A text to its words; None where rjieba is not installed."""
    try:
        import rjieba
    except ImportError:
        return None
    cut: Cut = rjieba.cut
    return cut


@cache
def japanese() -> Cut | None:
    """A text to its phrases; None where BudouX is not installed."""
    try:
        import budoux
    except ImportError:
        return None
    parse: Cut = budoux.load_default_japanese_parser().parse
    return parse


def languages_without_segmenter() -> list[str]:
    """The languages, by name, that no installed library cuts."""
    return [name for name, found in (("Chinese", chinese()), ("Japanese", japanese())) if found is None]


def word_edges(cut: Cut, text: str) -> frozenset[int]:
    """The places between the parts into which a text is cut."""
    return frozenset(accumulate(map(len, cut(text))))
