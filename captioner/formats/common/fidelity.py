"""Cues reduced to what a format can hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from captioner.formats.common.styled_text import TextStyle, merge_spans
from captioner.values import Cue, Position, StyleSpan

StyleName = Literal["italic", "bold", "underline", "color"]
ALL_STYLES: tuple[StyleName, ...] = ("italic", "bold", "underline", "color")


def restricted_to(
    cue: Cue,
    *,
    styles: Collection[StyleName] = (),
    position: Literal["none", "anchor", "exact"] = "none",
    words: bool = False,
    speaker: bool = False,
) -> Cue:
    """Return the cue without the parts that a format does not hold: times and text, and of the rest what is named.

    With `position` "anchor", a position becomes the ninth of the picture in which its point lies, without vertical
    writing. The bottom centre becomes None.
    """
    spans = merge_spans(part for span in cue.styles for part in _held(span, styles).over(span.first, span.last))
    return replace(
        cue,
        styles=spans,
        position=None if position == "none" else _held_position(cue.position, exact=position == "exact"),
        words=cue.words if words else (),
        speaker=cue.speaker if speaker else None,
    )


def _held(span: StyleSpan, styles: Collection[StyleName]) -> TextStyle:
    return TextStyle(
        span.italic and "italic" in styles,
        span.bold and "bold" in styles,
        span.underline and "underline" in styles,
        span.color if "color" in styles else None,
    )


def _held_position(position: Position | None, *, exact: bool) -> Position | None:
    if position is None:
        return None
    held = position if exact else Position(_ninth(position))
    return None if held == Position() else held


def _ninth(position: Position) -> int:
    """Return the anchor, as a numeric keypad key, of the ninth of the picture where the point of a position lies."""
    row, column = divmod(position.anchor - 1, 3)
    column = column if position.x is None else min(int(position.x * 3 / 100), 2)
    row = row if position.y is None else 2 - min(int(position.y * 3 / 100), 2)
    return row * 3 + column + 1


def without_white(cue: Cue) -> Cue:
    """Return the cue without the color white, for formats in which white is the default."""
    spans = ((_held(span, ALL_STYLES if span.color != "#ffffff" else ALL_STYLES[:3]), span) for span in cue.styles)
    return replace(cue, styles=merge_spans(part for style, span in spans for part in style.over(span.first, span.last)))
