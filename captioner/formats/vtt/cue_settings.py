"""The settings of a WebVTT cue (clause 4.4 of the standard) as a position, and back.

In horizontal text `line` runs down the picture and `position` across it, in vertical text the other way round. The side
of the text that stands at `position` follows from its alignment (6.3, computed position alignment), and is not written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from captioner.formats.common.losses import Losses
from captioner.values import Position

_PERCENT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)%(?:,([a-z-]+))?", re.ASCII)
_LINE = re.compile(r"(-?)(\d{1,9})(?:\.\d+)?(?:,[a-z-]+)?", re.ASCII)

SETTINGS = ("vertical", "line", "position", "size", "align", "region")
ALIGNED = ("left", "center", "right")
PLACED = ("start", "center", "end")
_SIDES = {"left": 0, "line-left": 0, "start": 0, "center": 1, "right": 2, "line-right": 2, "end": 2}


def settings_of(position: Position) -> dict[str, str]:
    """Return the settings by name; empty for the bottom centre."""
    row, column = divmod(position.anchor - 1, 3)
    row = 2 - row  # from the top
    if position.vertical:
        last = 0 if position.vertical == "rl" else 2
        return {"vertical": position.vertical} | _line(column, position.x, last) | _across(row, position.y)
    return _line(row, position.y, 2) | _across(column, position.x)


def _line(side: int, share: float | None, last: int) -> dict[str, str]:
    """Return the `line` setting. Lines count from the first; without the setting a cue is at the `last` side."""
    if share is not None:
        return {"line": _percent(share) + (f",{PLACED[side]}" if side else "")}
    if side == 1:
        return {"line": "50%,center"}
    return {} if side == last else {"line": "0"}


def _across(side: int, share: float | None) -> dict[str, str]:
    position = {} if share is None else {"position": _percent(share)}
    return position | ({} if side == 1 else {"align": ALIGNED[side]})


def _percent(share: float) -> str:
    return f"{share:.2f}".rstrip("0").rstrip(".") + "%"


def position_of(settings: Mapping[str, str], text: str, losses: Losses) -> Position | None:
    """Return the position of a cue with these settings; None at the bottom centre. Counts what a position cannot hold.

    The direction of `text` decides which side is the start.
    """
    losses["region"] += "region" in settings
    losses["width"] += settings.get("size", "100%") != "100%"
    vertical = settings.get("vertical", "")
    across, x_or_y = _read_across(settings, text, losses)
    last = 0 if vertical == "rl" else 2
    side, share = _read_line(settings.get("line", "auto"), last, losses)
    if vertical in ("rl", "lr"):
        return Position(_anchor(across, side), share, x_or_y, "rl" if vertical == "rl" else "lr")
    position = Position(_anchor(side, across), x_or_y, share)
    return None if position == Position() else position


def _anchor(row: int, column: int) -> int:
    """Return the key of the numeric keypad, with rows counted from the top."""
    return (2 - row) * 3 + column + 1


def _read_across(settings: Mapping[str, str], text: str, losses: Losses) -> tuple[int, float | None]:
    """Return the side of the text that is placed, and where, in percent; None if the alignment implies it."""
    align = settings.get("align", "center")
    aligned = 2 - _SIDES[align] if align in ("start", "end") and _right_to_left(text) else _SIDES.get(align, 1)
    match = _PERCENT.fullmatch(settings.get("position", ""))
    if not match:
        return aligned, None
    side = _SIDES.get(match[2], aligned) if match[2] else aligned
    losses["alignment"] += side != aligned
    share = min(float(match[1]), 100.0)
    return side, None if share == side * 50 else share


def _read_line(line: str, last: int, losses: Losses) -> tuple[int, float | None]:
    if match := _PERCENT.fullmatch(line):
        side, share = _SIDES.get(match[2] or "start", 0), min(float(match[1]), 100.0)
        return side, None if side == 1 and share == 50 else share
    if match := _LINE.fullmatch(line):
        losses["line number"] += (match[1], match[2]) not in (("", "0"), ("-", "1"))
        return last if match[1] else 2 - last, None
    return last, None


def _right_to_left(text: str) -> bool:
    """Return whether the first character with a direction goes right to left (Unicode Bidirectional Algorithm, P2)."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return next((kind in ("R", "AL") for kind in kinds if kind in ("L", "R", "AL")), False)
