"""Cues reduced to what a format can hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from captioner.formats.model.styled_text import TextStyle, merged
from captioner.values import Cue, Position, StyleSpan

Look = Literal["italic", "bold", "underline", "color"]
LOOKS: tuple[Look, ...] = ("italic", "bold", "underline", "color")


def restricted_to(
    cue: Cue,
    *,
    looks: Collection[Look] = (),
    place: Literal["no", "anchor", "whole"] = "no",
    words: bool = False,
    speaker: bool = False,
) -> Cue:
    """The cue with no more than a format holds: these `looks` of its styles, its place, word times and speaker.

    Where only the anchor of a place is held, it is the ninth of the picture in which the place lies, and vertical
    writing goes. The bottom centre is no position.
    """
    styles = merged(held for style in cue.styles for held in _looks(style, looks).over(style.first, style.last))
    return replace(
        cue,
        styles=styles,
        position=_place(cue.position, place),
        words=cue.words if words else (),
        speaker=cue.speaker if speaker else None,
    )


def _ninth(position: Position) -> int:
    """The key of the number pad for the part of the picture where a point lies, or the anchor where it has none."""
    row, column = divmod(position.anchor - 1, 3)
    column = column if position.x is None else min(int(position.x * 3 / 100), 2)
    row = row if position.y is None else 2 - min(int(position.y * 3 / 100), 2)
    return row * 3 + column + 1


def _looks(style: StyleSpan, held: Collection[Look]) -> TextStyle:
    return TextStyle(
        style.italic and "italic" in held,
        style.bold and "bold" in held,
        style.underline and "underline" in held,
        style.color if "color" in held else None,
    )


def _place(position: Position | None, held: str) -> Position | None:
    if position is None or held == "no":
        return None
    kept = position if held == "whole" else Position(_ninth(position))
    return None if kept == Position() else kept


def without_white(cue: Cue) -> Cue:
    """The cue without the color white, for formats in which it is what all text has of which nothing is said."""
    shown = ((_looks(style, LOOKS if style.color != "#ffffff" else LOOKS[:3]), style) for style in cue.styles)
    return replace(cue, styles=merged(held for look, style in shown for held in look.over(style.first, style.last)))
