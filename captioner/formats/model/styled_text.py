"""Styles as formats deal with them: a text in pieces that look the same, and texts that change under their styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from captioner.values import Cue, StyleSpan, Word


class TextStyle(NamedTuple):
    """How characters look, wherever they stand; `color` is `#rrggbb`."""

    italic: bool = False
    bold: bool = False
    underline: bool = False
    color: str | None = None

    def within(self, around: TextStyle) -> TextStyle:
        """What both give; of two colors this one."""
        return TextStyle(
            self.italic or around.italic,
            self.bold or around.bold,
            self.underline or around.underline,
            self.color or around.color,
        )

    def over(self, first: int, last: int) -> tuple[StyleSpan, ...]:
        """The style of the characters `first` to `last`, exclusive; none where there is nothing to style."""
        return (StyleSpan(first, last, *self),) if any(self) and first < last else ()


PLAIN = TextStyle()


def looks_of(style: StyleSpan) -> TextStyle:
    """How the characters of a style look."""
    return TextStyle(style.italic, style.bold, style.underline, style.color)


def merged(styles: Iterable[StyleSpan]) -> tuple[StyleSpan, ...]:
    """The styles in order, those that touch and look the same as one."""
    whole: list[StyleSpan] = []
    for style in styles:
        if whole and whole[-1].last == style.first and looks_of(whole[-1]) == looks_of(style):
            whole[-1] = replace(whole[-1], last=style.last)
        else:
            whole.append(style)
    return tuple(whole)


def runs(cue: Cue) -> list[tuple[str, TextStyle]]:
    """The text in pieces that look the same; they spell it, in order."""
    pieces: list[tuple[str, TextStyle]] = []
    at = 0
    for style in merged(cue.styles):
        pieces += [(cue.text[at : style.first], PLAIN), (cue.text[style.first : style.last], looks_of(style))]
        at = style.last
    pieces.append((cue.text[at:], PLAIN))
    return [(text, looks) for text, looks in pieces if text]


def styles_of(pieces: Iterable[tuple[str, TextStyle]]) -> tuple[StyleSpan, ...]:
    """The styles of a text that comes in pieces."""
    pieces = list(pieces)
    ends = accumulate(len(text) for text, _ in pieces)
    return merged(
        style for end, (text, looks) in zip(ends, pieces, strict=True) for style in looks.over(end - len(text), end)
    )


class StyledText(NamedTuple):
    """A text with what is fixed to its characters, so that both change together."""

    text: str
    styles: tuple[StyleSpan, ...] = ()
    words: tuple[Word, ...] = ()

    def sub(self, pattern: re.Pattern[str], put: str | Callable[[re.Match[str]], str]) -> StyledText:
        """The same with every match, none empty, replaced; styles and words go on to cover what they covered."""
        new = put if callable(put) else lambda match: put
        changes = [(match.start(), match.end(), new(match)) for match in pattern.finditer(self.text)]
        if not changes:
            return self
        text = pattern.sub(new, self.text)
        index = _moved(len(self.text), changes)
        styles = merged(part for old in self.styles for part in looks_of(old).over(index[old.first], index[old.last]))
        return StyledText(text, styles, tuple(_respelled(self.words, text, index)))


def substitute(cue: Cue, pattern: re.Pattern[str], put: str | Callable[[re.Match[str]], str]) -> Cue:
    """The cue with every match replaced; styles and words follow. No line of it may become blank."""
    spelled = StyledText(cue.text, cue.styles, cue.words).sub(pattern, put)
    return cue if spelled.text == cue.text else replace(cue, **spelled._asdict())


def _moved(length: int, changes: list[tuple[int, int, str]]) -> list[int]:
    """Where each index of a text goes, `length` included; one inside a change goes behind what stands there now."""
    index: list[int] = []
    shift, at = 0, 0
    for first, last, new in changes:
        index += range(at + shift, first + shift + 1)
        index += [first + shift + len(new)] * (last - first - 1)
        shift += len(new) - (last - first)
        at = last
    return index + list(range(at + shift, length + shift + 1))


def _respelled(words: tuple[Word, ...], text: str, index: list[int]) -> Iterable[Word]:
    ends = accumulate(len(word.text) for word in words)
    for end, word in zip(ends, words, strict=True):
        if spelling := text[index[end - len(word.text)] : index[end]]:
            yield replace(word, text=spelling)
