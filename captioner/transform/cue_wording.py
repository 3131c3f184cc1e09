"""Cues with another text: words and styles stay with their characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from captioner.text.scripts import meet_unspaced
from captioner.transform.edited_words import edited_words
from captioner.values import Cue, StyleSpan

CueT = TypeVar("CueT", bound=Cue)


def with_text(cue: CueT, text: str) -> CueT:
    """Return the cue with another text; words that stay keep their times. A blank text raises `ValueError`, unless the
    class of the cue allows it."""
    if text == cue.text:
        return cue
    return replace(cue, text=text, words=edited_words(cue, text), styles=tuple(_moved_styles(cue, text)))


def in_one_line(cue: CueT) -> CueT:
    """Return the cue with its lines joined: by a space, or by nothing in a script without spaces."""
    lines = cue.text.split("\n")
    text = lines[0]
    for line in lines[1:]:
        text += ("" if text and line and meet_unspaced(text[-1], line[0]) else " ") + line
    return with_text(cue, text)


def _moved_styles(cue: Cue, text: str) -> Iterator[StyleSpan]:
    """Yield the styles in a new text: what is typed inside a style has it too."""
    same = _equal_at_start(cue.text, text)
    tail = min(min(len(cue.text), len(text)) - same, _equal_at_start(cue.text[::-1], text[::-1]))
    grown = len(text) - len(cue.text)

    def moved(index: int, inside: int) -> int:
        if index <= same:
            return index
        return index + grown if index >= len(cue.text) - tail else inside

    for style in cue.styles:
        first, last = moved(style.first, len(text) - tail), moved(style.last, same)
        if style.last == len(cue.text) and style.first <= same:
            last = len(text)
        if first < last:
            yield replace(style, first=first, last=last)


def _equal_at_start(one: str, other: str) -> int:
    """Return the number of characters at their start that two texts share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
