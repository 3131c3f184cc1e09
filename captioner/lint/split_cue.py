"""Splits a cue into timed texts, or gives it other line breaks: styles and word times move with their characters.

Visible characters stay the same: the n-th visible character of the new texts is the n-th of the old text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from captioner.text.width import is_visible
from captioner.values import Cue, Span, StyleSpan, Word

TimedText = tuple[Span, str]
"""A text, and when it is shown."""


def split_cue(cue: Cue, parts: Sequence[TimedText]) -> list[Cue]:
    """Return a cue for each part. Together the parts have the visible characters of the cue, in order."""
    visible_before = _visible_before(cue.text)
    cues, offset = [], 0
    for span, text in parts:
        visible = [index for index, character in enumerate(text) if is_visible(character)]
        styles = tuple(_styles(cue, visible_before, visible, offset))
        words = tuple(_words(cue, visible_before, text, visible, offset))
        cues.append(replace(cue, start=span.start, end=span.end, text=text, words=words, styles=styles))
        offset += len(visible)
    return cues


def _visible_before(text: str) -> list[int]:
    """Return the number of visible characters before each index of a text, its length included."""
    return list(accumulate(map(is_visible, text), initial=0))


def _styles(cue: Cue, visible_before: list[int], visible: list[int], offset: int) -> Iterator[StyleSpan]:
    """Yield the styles of a part, whose first visible character is the `offset`-th of the cue."""
    for style in cue.styles:
        first, last = (_clamped(visible_before[index] - offset, visible) for index in (style.first, style.last))
        if first < last:
            yield replace(style, first=visible[first], last=visible[last - 1] + 1)


def _words(cue: Cue, visible_before: list[int], text: str, visible: list[int], offset: int) -> Iterator[Word]:
    """Yield the words of a part. The time of a word that is split is divided by its characters."""
    read = written = 0
    for word in cue.words:
        begin, read = visible_before[read] - offset, read + len(word.text)
        end = visible_before[read] - offset
        first, last = _clamped(begin, visible), _clamped(end, visible)
        if first < last:
            stop = len(text) if last == len(visible) else visible[last - 1] + 1
            per_character = word.duration / (end - begin)
            start = word.start + per_character * (first - begin)
            until = word.end if last == end else word.start + per_character * (last - begin)
            yield replace(word, start=start, end=max(start, until), text=text[written:stop])
            written = stop


def _clamped(count: int, visible: list[int]) -> int:
    return min(max(count, 0), len(visible))
