"""Captions that fit: lines of Chinese and Japanese broken where they are too long, and two languages at once.

A line with spaces is broken by libass, which measures it; where nothing but the characters parts the words it does not.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from captioner.formats.ass.style import AssStyle
from captioner.values import Cue, Position, StyleSpan, Word

FULL_WIDTH = 0.72
"""How wide a full-width character is in comparison with the height of a line: 0.69 in Noto Sans CJK, 0.72 in PingFang.
"""

HALF_WIDTH = 0.45
"""The same for a letter, about: a line's height is that of the tallest letters with all their marks."""

# Kinsoku: what begins no line, and what ends none.
_NO_BEGINNING = frozenset(
    "、。，．！？：；）」』】》〉〕］｝”’…—ー～々ゝゞ％℃,.!?:;)]}%ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NO_END = frozenset("（「『【《〈〔［｛“‘([{")


def fitted(cues: Iterable[Cue], look: AssStyle) -> list[Cue]:
    """The cues, their lines of full-width characters no longer than the safe area is wide."""
    return [_fitted(cue, look) for cue in cues]


def _fitted(cue: Cue, look: AssStyle) -> Cue:
    offset = 0
    for line in cue.text.split("\n"):
        for place in _breaks(line, look):
            cue = _broken(cue, offset + place)
            offset += 1
        offset += len(line) + 1
    return cue


def _breaks(line: str, look: AssStyle) -> list[int]:
    """Where a line is broken, in order: into as few parts as fit, each about as long as the others."""
    if _width(line, look) <= _room(look) or sum(map(_is_wide, line)) < len(line) / 2:
        return []
    allowed = [place for place in range(1, len(line)) if _may_break(line, place)]
    for parts in range(2, len(allowed) + 2):
        wanted = [len(line) * part / parts for part in range(1, parts)]
        places = sorted({min(allowed, key=lambda place: abs(place - want)) for want in wanted})
        edges = [0, *places, len(line)]
        if all(_width(line[first:last], look) <= _room(look) for first, last in pairwise(edges)):
            return places
    return allowed


def _may_break(line: str, place: int) -> bool:
    before, after = line[place - 1], line[place]
    joined = not (_is_wide(before) or _is_wide(after))
    return not (joined or after in _NO_BEGINNING or before in _NO_END or before.isspace() or after.isspace())


def _broken(cue: Cue, place: int) -> Cue:
    """The cue with a line break before the character at `place`."""
    return replace(
        cue,
        text=cue.text[:place] + "\n" + cue.text[place:],
        words=_broken_words(cue.words, place),
        styles=tuple(_moved(style, place) for style in cue.styles),
    )


def _broken_words(words: Sequence[Word], place: int) -> tuple[Word, ...]:
    broken, first = [], 0
    for word in words:
        inside = place - first
        first += len(word.text)
        if 0 <= inside < len(word.text):
            word = replace(word, text=word.text[:inside] + "\n" + word.text[inside:])
        broken.append(word)
    return tuple(broken)


def _moved(style: StyleSpan, place: int) -> StyleSpan:
    return replace(style, first=style.first + (style.first >= place), last=style.last + (style.last > place))


def beside(second: Iterable[Cue], first: Sequence[Cue], look: AssStyle, other: AssStyle) -> list[Cue]:
    """The second language where the first, which has `look`, leaves room: each cue clear of all it is shown with."""
    ordered = sorted(first, key=lambda cue: cue.start)
    starts, gone_by = [cue.start for cue in ordered], list(accumulate((cue.end for cue in ordered), max))
    moved = []
    for cue in second:
        near = ordered[bisect_right(gone_by, cue.start) : bisect_left(starts, cue.end)]
        moved.append(_clear(cue, [one for one in near if one.end > cue.start], look, other))
    return moved


def _clear(cue: Cue, shown: Sequence[Cue], look: AssStyle, other: AssStyle) -> Cue:
    if cue.position or look.anchor in (4, 5, 6):
        return cue
    lines = max((_lines(one, look) for one in shown if one.position is None), default=0)
    room = look.margin_vertical + lines * look.size + (other.size / 4 if lines else 0)
    share = min(100.0, 100 * room / look.height)
    return replace(cue, position=Position(look.anchor, y=share if look.anchor > 6 else 100 - share))


def _lines(cue: Cue, look: AssStyle) -> int:
    return sum(max(1, math.ceil(_width(line, look) / _room(look))) for line in cue.text.split("\n"))


def _width(line: str, look: AssStyle) -> float:
    """Pixels, about."""
    return look.size * sum(FULL_WIDTH if _is_wide(character) else HALF_WIDTH for character in line)


def _room(look: AssStyle) -> float:
    return max(look.size, look.width - look.margin_left - look.margin_right)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
