"""Styled text: in runs that look the same, and with styles and words that follow when the text changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from captioner.values import Cue, StyleSpan, Word

Replacement = str | Callable[[re.Match[str]], str]
"""The replacement for a match: a text, or a function of the match."""


class TextStyle(NamedTuple):
    """The style of characters, independent of their place."""

    italic: bool = False
    bold: bool = False
    underline: bool = False
    color: str | None = None
    """`#rrggbb`; None is the default color."""

    def within(self, outer: TextStyle) -> TextStyle:
        """Return the style of text inside of text with the `outer` style. Of two colors the inner one applies."""
        return TextStyle(
            self.italic or outer.italic,
            self.bold or outer.bold,
            self.underline or outer.underline,
            self.color or outer.color,
        )

    def over(self, first: int, last: int) -> tuple[StyleSpan, ...]:
        """Return a span of this style over the characters from `first` up to `last`.

        None where it would change nothing.
        """
        return (StyleSpan(first, last, *self),) if any(self) and first < last else ()


PLAIN = TextStyle()


def text_style(span: StyleSpan) -> TextStyle:
    """Return the style of the characters in a span."""
    return TextStyle(span.italic, span.bold, span.underline, span.color)


def merge_spans(spans: Iterable[StyleSpan]) -> tuple[StyleSpan, ...]:
    """Return the spans in order, with neighbours of the same style as one."""
    merged: list[StyleSpan] = []
    for span in spans:
        if merged and merged[-1].last == span.first and text_style(merged[-1]) == text_style(span):
            merged[-1] = replace(merged[-1], last=span.last)
        else:
            merged.append(span)
    return tuple(merged)


def runs(cue: Cue) -> list[tuple[str, TextStyle]]:
    """Return the text of a cue in pieces of one style each, which spell it in order."""
    pieces: list[tuple[str, TextStyle]] = []
    at = 0
    for span in merge_spans(cue.styles):
        pieces += [(cue.text[at : span.first], PLAIN), (cue.text[span.first : span.last], text_style(span))]
        at = span.last
    pieces.append((cue.text[at:], PLAIN))
    return [(text, style) for text, style in pieces if text]


def spans_of(pieces: Iterable[tuple[str, TextStyle]]) -> tuple[StyleSpan, ...]:
    """Return the spans of a text that is given in pieces."""
    pieces = list(pieces)
    ends = accumulate(len(text) for text, _ in pieces)
    return merge_spans(
        span for end, (text, style) in zip(ends, pieces, strict=True) for span in style.over(end - len(text), end)
    )


class StyledText(NamedTuple):
    """A text with what belongs to its characters, so that both change together."""

    text: str
    styles: tuple[StyleSpan, ...] = ()
    words: tuple[Word, ...] = ()
    """Words with times, which spell the text; or none."""

    def sub(self, pattern: re.Pattern[str], replacement: Replacement) -> StyledText:
        """Return the text with every match replaced, none of them empty.

        Styles and words cover what they covered before.
        """
        new = replacement if callable(replacement) else lambda match: replacement
        changes = [(match.start(), match.end(), new(match)) for match in pattern.finditer(self.text)]
        if not changes:
            return self
        text = pattern.sub(new, self.text)
        index = _moved_indexes(len(self.text), changes)
        spans = (part for span in self.styles for part in text_style(span).over(index[span.first], index[span.last]))
        return StyledText(text, merge_spans(spans), tuple(_moved_words(self.words, text, index)))


def substitute(cue: Cue, pattern: re.Pattern[str], replacement: Replacement) -> Cue:
    """Return the cue with every match replaced; styles and words follow. No line may become blank."""
    changed = StyledText(cue.text, cue.styles, cue.words).sub(pattern, replacement)
    return cue if changed.text == cue.text else replace(cue, **changed._asdict())


def _moved_indexes(length: int, changes: list[tuple[int, int, str]]) -> list[int]:
    """Return the new place of each index of a text, `length` included.

    One inside a change moves behind the replacement.
    """
    index: list[int] = []
    shift, at = 0, 0
    for first, last, new in changes:
        index += range(at + shift, first + shift + 1)
        index += [first + shift + len(new)] * (last - first - 1)
        shift += len(new) - (last - first)
        at = last
    return index + list(range(at + shift, length + shift + 1))


def _moved_words(words: tuple[Word, ...], text: str, index: list[int]) -> Iterable[Word]:
    ends = accumulate(len(word.text) for word in words)
    for end, word in zip(ends, words, strict=True):
        if moved := text[index[end - len(word.text)] : index[end]]:
            yield replace(word, text=moved)
