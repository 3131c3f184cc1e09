"""The words that stand in a script and were heard: the heaviest common subsequence, less what is chance."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]
"""The place of a word in the script, and where it was heard."""

AROUND = 4
"""Words of the script to both sides of a pair in which others must be found; one more is looked at where it was heard,
and half as many again, since a recogniser breaks words into several."""

TOGETHER = 3
"""How many pairs must lie so near together, or a long script is full of words like "the" that match by chance."""

_Keys = NDArray[np.intp]
_Scores = NDArray[np.float64]


def key(text: str) -> str:
    """A word as it is compared: letters and digits, of one width and case.

    >>> key(" “Don’t!”"), key("Ｇｌｍ")
    ('dont', 'glm')
    """
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def anchors(script: Sequence[str], heard: Sequence[str]) -> list[Pair]:
    """Places of equal words (`key`), rising in both, each with company."""
    counts = Counter(script) + Counter(heard)
    numbers = {word: number for number, word in enumerate(counts)}
    # The rarer a word, the less likely it is that two of it are two.
    weights = np.array([math.log(2 + counts.total() / count) if word else 0.0 for word, count in counts.items()])
    one = np.array([numbers[word] for word in script], int)
    other = np.array([numbers[word] for word in heard], int)
    pairs = [pair for pair in _common(one, other, weights, (0, 0)) if script[pair[0]]]
    pairs = _closed_up(pairs, one)
    pairs = [(second, first) for first, second in _closed_up([pair[::-1] for pair in pairs], other)]
    return _with_company(pairs, min(TOGETHER, len(script), len(heard)))


def _common(one: _Keys, other: _Keys, weights: _Scores, origin: Pair) -> list[Pair]:
    """The heaviest common subsequence, by Hirschberg's halving: memory grows with the length and not its square."""
    if not len(one) or not len(other):
        return []
    if len(one) == 1:
        places = np.flatnonzero(other == one[0])
        return [(origin[0], origin[1] + int(places[0]))] if len(places) else []
    half = len(one) // 2
    before = _heaviest(one[:half], other, weights)
    behind = _heaviest(one[half:][::-1], other[::-1], weights)[::-1]
    cut = int((before + behind).argmax())
    return [
        *_common(one[:half], other[:cut], weights, origin),
        *_common(one[half:], other[cut:], weights, (origin[0] + half, origin[1] + cut)),
    ]


def _heaviest(one: _Keys, other: _Keys, weights: _Scores) -> _Scores:
    """The weight of the heaviest common subsequence of `one` and the first 0, 1, 2 ... of `other`."""
    best = np.zeros(len(other) + 1)
    for word in one:
        longer = best[:-1] + weights[word] * (other == word)
        np.maximum(best[1:], longer, out=best[1:])
        np.maximum.accumulate(best, out=best)
    return best


def _closed_up(pairs: list[Pair], keys: _Keys) -> list[Pair]:
    """Of several places where a word would do as well, the one right behind the pair before it, or before the next.

    `keys` are those of the first places of the pairs. Where one reading is as heavy as another, words that follow one
    another when they are heard most likely do so in the script.
    """
    moved = list(pairs)
    for index in range(1, len(moved)):
        (before, there), (place, here) = moved[index - 1 : index + 1]
        joined = index + 1 < len(moved) and moved[index + 1] == (place + 1, here + 1)
        if here == there + 1 and place > before + 1 and not joined and keys[before + 1] == keys[place]:
            moved[index] = (before + 1, here)
    for index in range(len(moved) - 2, -1, -1):
        (place, here), (behind, there) = moved[index : index + 2]
        joined = index > 0 and moved[index - 1] == (place - 1, here - 1)
        if there == here + 1 and place < behind - 1 and not joined and keys[behind - 1] == keys[place]:
            moved[index] = (behind - 1, here)
    return moved


def _with_company(pairs: Sequence[Pair], least: int) -> list[Pair]:
    """The pairs that are near others, and stand right beside one, or between two and two."""
    firsts, seconds = (np.array(places, int) for places in (zip(*pairs, strict=True) if pairs else ((), ())))
    kept = []
    for pair in pairs:
        low, high = np.searchsorted(firsts, [pair[0] - AROUND, pair[0] + AROUND + 1])
        far, apart = firsts[low:high] - pair[0], np.abs(seconds[low:high] - pair[1])
        near = apart <= AROUND * 3 // 2 + 1
        between = (near & (far < 0)).sum() > 1 and (near & (far > 0)).sum() > 1
        beside = ((np.abs(far) == 1) & (apart <= 2)).any()
        if near.sum() >= least and (least == 1 or between or beside):
            kept.append(pair)
    return kept
