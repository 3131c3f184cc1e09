"""The places of YouTube's captions: window positions (`wp`), in a picture without its margins."""

from __future__ import annotations

from typing import NamedTuple

from captioner.values import Position

MARGIN = 2.0
"""Percent of the picture at each edge in which YouTube shows no captions; `ah` and `av` count inside of it."""


class WindowPosition(NamedTuple):
    """The attributes of a `wp` element."""

    anchor: int = 7
    """The point of the text (`ap`): 0 top left, 1 top centre, ..., 8 bottom right."""

    x: int = 50
    """Percent of the width from the left margin (`ah`)."""

    y: int = 100
    """Percent of the height from the top margin (`av`)."""


def window_position(position: Position) -> WindowPosition:
    """Return where YouTube shows a position; vertical writing is not kept."""
    row, column = divmod(position.anchor - 1, 3)
    x = 50 * column if position.x is None else _inside(position.x)
    y = 50 * (2 - row) if position.y is None else _inside(position.y)
    return WindowPosition(3 * (2 - row) + column, x, y)


def _inside(percent: float) -> int:
    return min(max(round((percent - MARGIN) / (100 - 2 * MARGIN) * 100), 0), 100)


def position_of(window: WindowPosition) -> Position | None:
    """Return the position of a window; None for the bottom centre, the default."""
    row, column = divmod(window.anchor, 3)
    x = None if window.x == 50 * column else _outside(window.x)
    y = None if window.y == 50 * row else _outside(window.y)
    position = Position(3 * (2 - row) + column + 1, x, y)
    return None if position == Position() else position


def _outside(percent: int) -> float:
    return MARGIN + percent * (100 - 2 * MARGIN) / 100
