"""A cue's text set anew, in other lines or in several cues: styles and words go with the letters they belong to.

What stays the same is what can be seen: the n-th visible character of the new text is that of the old one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from captioner.text.width import is_visible
from captioner.values import Cue, Span, StyleSpan, Word

Shown = tuple[Span, str]
"""When a text is shown."""


def respelled(cue: Cue, pieces: Sequence[Shown]) -> list[Cue]:
    """The cue as `pieces`, whose texts together show what its text shows."""
    passed = _visible_before(cue.text)
    cues, offset = [], 0
    for span, text in pieces:
        places = [place for place, character in enumerate(text) if is_visible(character)]
        styles = tuple(_styles(cue, passed, places, offset))
        words = tuple(_words(cue, passed, text, places, offset))
        cues.append(replace(cue, start=span.start, end=span.end, text=text, words=words, styles=styles))
        offset += len(places)
    return cues


def _visible_before(text: str) -> list[int]:
    """How many visible characters stand before each place of a text, and before its end."""
    return list(accumulate(map(is_visible, text), initial=0))


def _styles(cue: Cue, passed: list[int], places: list[int], offset: int) -> Iterator[StyleSpan]:
    for style in cue.styles:
        first, last = (_held(passed[place] - offset, places) for place in (style.first, style.last))
        if first < last:
            yield replace(style, first=places[first], last=places[last - 1] + 1)


def _words(cue: Cue, passed: list[int], text: str, places: list[int], offset: int) -> Iterator[Word]:
    """The words of a piece; one that is cut in two shares its time by its characters."""
    read = written = 0
    for word in cue.words:
        begin, read = passed[read] - offset, read + len(word.text)
        end = passed[read] - offset
        first, last = _held(begin, places), _held(end, places)
        if first < last:
            stop = len(text) if last == len(places) else places[last - 1] + 1
            per_character = word.duration / (end - begin)
            start = word.start + per_character * (first - begin)
            until = word.end if last == end else word.start + per_character * (last - begin)
            yield Word(start, max(start, until), text[written:stop], word.confidence)
            written = stop


def _held(place: int, places: list[int]) -> int:
    return min(max(place, 0), len(places))
