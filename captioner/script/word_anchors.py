"""Anchors: the words that a script and the recognised text share, without those that match by chance.

They are the heaviest common subsequence of both; rare words weigh more.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]
"""The number of a word in the script, and its number in the recognised text."""

WINDOW = 4
"""Words of the script on both sides of an anchor that are searched for others. In the recognised text it is half as
many again and one more, since a backend may break a word into several."""

LEAST_ANCHORS = 3
"""Anchors that must lie within a window; in a long script words like "the" match by chance."""

_Keys = NDArray[np.intp]
_Scores = NDArray[np.float64]


def word_key(text: str) -> str:
    """Return the form in which words are compared: letters and digits, in one width and case.

    >>> word_key(" “Don’t!”"), word_key("Ｇｌｍ")
    ('dont', 'glm')
    """
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def word_anchors(script: Sequence[str], recognised: Sequence[str]) -> list[Pair]:
    """Return the pairs of equal words, rising in both; both are given as keys (`word_key`)."""
    counts = Counter(script) + Counter(recognised)
    numbers = {word: number for number, word in enumerate(counts)}
    # The rarer a word, the less likely two equal words are different occurrences.
    weights = np.array([math.log(2 + counts.total() / count) if word else 0.0 for word, count in counts.items()])
    one = np.array([numbers[word] for word in script], int)
    other = np.array([numbers[word] for word in recognised], int)
    pairs = [pair for pair in _common(one, other, weights, (0, 0)) if script[pair[0]]]
    pairs = _moved_together(pairs, one)
    pairs = [(second, first) for first, second in _moved_together([pair[::-1] for pair in pairs], other)]
    return _with_neighbours(pairs, min(LEAST_ANCHORS, len(script), len(recognised)))


def _common(one: _Keys, other: _Keys, weights: _Scores, origin: Pair) -> list[Pair]:
    """Return the heaviest common subsequence, by Hirschberg's algorithm.

    Memory grows with the length, not its square.
    """
    if not len(one) or not len(other):
        return []
    if len(one) == 1:
        places = np.flatnonzero(other == one[0])
        return [(origin[0], origin[1] + int(places[0]))] if len(places) else []
    half = len(one) // 2
    before = _heaviest(one[:half], other, weights)
    after = _heaviest(one[half:][::-1], other[::-1], weights)[::-1]
    cut = int((before + after).argmax())
    return [
        *_common(one[:half], other[:cut], weights, origin),
        *_common(one[half:], other[cut:], weights, (origin[0] + half, origin[1] + cut)),
    ]


def _heaviest(one: _Keys, other: _Keys, weights: _Scores) -> _Scores:
    """Return the weight of the heaviest common subsequence of `one` and the first 0, 1, 2 ... words of `other`."""
    best = np.zeros(len(other) + 1)
    for word in one:
        longer = best[:-1] + weights[word] * (other == word)
        np.maximum(best[1:], longer, out=best[1:])
        np.maximum.accumulate(best, out=best)
    return best


def _moved_together(pairs: list[Pair], keys: _Keys) -> list[Pair]:
    """Return the pairs, their first numbers moved to an equal word beside the pair before or after, if there is one.

    `keys` are the words that the first numbers count. Among equally heavy subsequences, words that follow each other in
    one text most likely do so in the other.
    """
    moved = list(pairs)
    for index in range(1, len(moved)):
        (before, there), (place, here) = moved[index - 1 : index + 1]
        joined = index + 1 < len(moved) and moved[index + 1] == (place + 1, here + 1)
        if here == there + 1 and place > before + 1 and not joined and keys[before + 1] == keys[place]:
            moved[index] = (before + 1, here)
    for index in range(len(moved) - 2, -1, -1):
        (place, here), (after, there) = moved[index : index + 2]
        joined = index > 0 and moved[index - 1] == (place - 1, here - 1)
        if there == here + 1 and place < after - 1 and not joined and keys[after - 1] == keys[place]:
            moved[index] = (after - 1, here)
    return moved


def _with_neighbours(pairs: Sequence[Pair], least: int) -> list[Pair]:
    """Return the pairs with `least` pairs in their window, and either one right beside them or two on both sides."""
    firsts, seconds = (np.array(places, int) for places in (zip(*pairs, strict=True) if pairs else ((), ())))
    anchors = []
    for pair in pairs:
        low, high = np.searchsorted(firsts, [pair[0] - WINDOW, pair[0] + WINDOW + 1])
        distances, gaps = firsts[low:high] - pair[0], np.abs(seconds[low:high] - pair[1])
        near = gaps <= WINDOW * 3 // 2 + 1
        between = (near & (distances < 0)).sum() > 1 and (near & (distances > 0)).sum() > 1
        beside = ((np.abs(distances) == 1) & (gaps <= 2)).any()
        if near.sum() >= least and (least == 1 or between or beside):
            anchors.append(pair)
    return anchors
