"""Line breaks for scripts without spaces, and the place of a second language beside the first.

libass measures a line with spaces and breaks it. It does not break a line of Chinese or Japanese, so captioner does.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from captioner.formats.ass.style import AssStyle
from captioner.text.line_breaks import may_break
from captioner.text.width import character_columns
from captioner.values import Cue, Position, StyleSpan, Word

FULL_WIDTH = 0.72
"""Width of a full-width character as a share of the height of a line: 0.69 in Noto Sans CJK, 0.72 in PingFang."""

HALF_WIDTH = 0.45
"""Approximate width of a letter as a share of the height of a line, which includes all accents."""

_WIDTHS = (0.0, HALF_WIDTH, FULL_WIDTH)
"""The width of a character of 0, 1 and 2 columns."""


def break_long_lines(cues: Iterable[Cue], style: AssStyle) -> list[Cue]:
    """Return the cues with line breaks in every full-width line that is wider than the safe area."""
    return [_break_cue(cue, style) for cue in cues]


def _break_cue(cue: Cue, style: AssStyle) -> Cue:
    offset = 0
    for line in cue.text.split("\n"):
        for index in _break_points(line, style):
            cue = _insert_break(cue, offset + index)
            offset += 1
        offset += len(line) + 1
    return cue


def _break_points(line: str, style: AssStyle) -> list[int]:
    """Return the characters before which to break a line: as few parts as fit, of about equal length."""
    if _width(line, style) <= _safe_width(style) or sum(map(_is_wide, line)) < len(line) / 2:
        return []
    allowed = [index for index in range(1, len(line)) if may_break(line, index)]
    for parts in range(2, len(allowed) + 2):
        ideal = [len(line) * part / parts for part in range(1, parts)]
        chosen = sorted({min(allowed, key=lambda index: abs(index - point)) for point in ideal})
        bounds = [0, *chosen, len(line)]
        if all(_width(line[first:last], style) <= _safe_width(style) for first, last in pairwise(bounds)):
            return chosen
    return allowed


def _insert_break(cue: Cue, index: int) -> Cue:
    """Return the cue with a line break before the character at `index`."""
    return replace(
        cue,
        text=cue.text[:index] + "\n" + cue.text[index:],
        words=_break_words(cue.words, index),
        styles=tuple(_shift(style, index) for style in cue.styles),
    )


def _break_words(words: Sequence[Word], index: int) -> tuple[Word, ...]:
    broken, first = [], 0
    for word in words:
        inside = index - first
        first += len(word.text)
        if 0 <= inside < len(word.text):
            word = replace(word, text=word.text[:inside] + "\n" + word.text[inside:])
        broken.append(word)
    return tuple(broken)


def _shift(span: StyleSpan, index: int) -> StyleSpan:
    return replace(span, first=span.first + (span.first >= index), last=span.last + (span.last > index))


def place_beside(second: Iterable[Cue], first: Sequence[Cue], style: AssStyle, second_style: AssStyle) -> list[Cue]:
    """Return the cues of a second language, moved clear of the cues of the `first` language on screen with them."""
    ordered = sorted(first, key=lambda cue: cue.start)
    starts, latest_ends = [cue.start for cue in ordered], list(accumulate((cue.end for cue in ordered), max))
    placed = []
    for cue in second:
        nearby = ordered[bisect_right(latest_ends, cue.start) : bisect_left(starts, cue.end)]
        placed.append(_move_clear(cue, [other for other in nearby if other.end > cue.start], style, second_style))
    return placed


def _move_clear(cue: Cue, on_screen: Sequence[Cue], style: AssStyle, second_style: AssStyle) -> Cue:
    if cue.position or style.anchor in (4, 5, 6):
        return cue
    lines = max((_line_count(other, style) for other in on_screen if other.position is None), default=0)
    distance = style.margin_vertical + lines * style.size + (second_style.size / 4 if lines else 0)
    percent = min(100.0, 100 * distance / style.height)
    return replace(cue, position=Position(style.anchor, y=percent if style.anchor > 6 else 100 - percent))


def _line_count(cue: Cue, style: AssStyle) -> int:
    return sum(max(1, math.ceil(_width(line, style) / _safe_width(style))) for line in cue.text.split("\n"))


def _width(line: str, style: AssStyle) -> float:
    """Return the approximate width of a line in pixels."""
    return style.size * sum(_WIDTHS[character_columns(character)] for character in line)


def _safe_width(style: AssStyle) -> float:
    """Return the pixels between the left and the right margin."""
    return max(style.size, style.width - style.margin_left - style.margin_right)


def _is_wide(character: str) -> bool:
    return character_columns(character) == 2
