"""Regions of TTML: the part of the picture that text is in, and its alignment there. From a position and back."""

from __future__ import annotations

from typing import Any, Literal

from captioner.values import Position

MARGINS = {"left": 12.5, "top": 5.0}
"""Percent of the picture that stay free: broadcasters keep text in 75 % of its width and 90 % of its height."""

DISPLAY_ALIGN = ("after", "center", "before")
"""`tts:displayAlign` of each row of the numeric keypad, from the bottom."""

TEXT_ALIGN = ("left", "center", "right")
"""`tts:textAlign` of each column of the numeric keypad."""

WRITING_MODE = {"rl": "tbrl", "lr": "tblr"}
"""`tts:writingMode` of vertical text."""


def region(position: Position) -> dict[str, str]:
    """Return the attributes of a region: the third of the safe area with the position, and the text at its anchor.

    Regions that are seen at once must not overlap (IMSC 1.1, Presented Region), so those of different rows do not; text
    that needs more than a third runs over. Lines of vertical text run from side to side, so its regions are thirds of
    the width.
    """
    row, column = divmod(position.anchor - 1, 3)
    left, top = MARGINS["left"], MARGINS["top"]
    width, height = 100 - 2 * left, 100 - 2 * top
    if not position.vertical:
        box = _box(left, top + (2 - row) * height / 3, width, height / 3)
        return {**box, "tts:displayAlign": DISPLAY_ALIGN[row], "tts:textAlign": TEXT_ALIGN[column]}
    box = _box(left + column * width / 3, top, width / 3, height)
    return {
        **box,
        "tts:writingMode": WRITING_MODE[position.vertical],
        "tts:displayAlign": DISPLAY_ALIGN[column if position.vertical == "rl" else 2 - column],
        "tts:textAlign": ("end", "center", "start")[row],
    }


def _box(left: float, top: float, width: float, height: float) -> dict[str, str]:
    origin, extent = f"{left:g}% {top:g}%", f"{width:g}% {height:g}%"
    return {"tts:origin": origin, "tts:extent": extent, "tts:overflow": "visible"}


def position_of_region(document: Any, region: Any, align: str) -> Position | None:
    """Return the third of the picture, each way, where text of a ttconv region is whose lines are aligned at `align`.

    None for text without a region, and for the bottom centre, which is the default position of a cue.
    """
    if region is None:
        return None
    styles = {style.__name__: region.get_style(style) for style in region.iter_styles()}
    block = getattr(styles.get("DisplayAlign"), "name", "before")
    mode = getattr(styles.get("WritingMode"), "name", "lrtb")
    (left, width), (top, height) = _horizontal(document, styles), _vertical(document, styles)
    if mode == "tbrl":
        position = _position(_third(top, height, align), _third(left, width, _OPPOSITE[block]), "rl")
    elif mode == "tblr":
        position = _position(_third(top, height, align), _third(left, width, block), "lr")
    else:
        position = _position(_third(top, height, block), _third(left, width, align), "")
    return None if position == Position() else position


_OPPOSITE = {"before": "after", "center": "center", "after": "before"}

_SHARE = {"before": 0.0, "start": 0.0, "center": 0.5, "after": 1.0, "end": 1.0}
"""The place of text in its region, as a share of its length, by alignment."""


def _third(first: float, length: float, alignment: str) -> int:
    """Return 0 for the first third of the picture, 1 for the middle, 2 for the last."""
    thirds = (first + length * _SHARE[alignment]) / 100 * 3  # may be infinite: a length may have any number of digits
    return 2 if thirds >= 2 else 1 if thirds >= 1 else 0


def _position(row: int, column: int, vertical: Literal["", "rl", "lr"]) -> Position:
    """Return the position in a third of the picture, counted from top left."""
    return Position(3 * (2 - row) + column + 1, vertical=vertical)


def _horizontal(document: Any, styles: dict[str, Any]) -> tuple[float, float]:
    """Return the left edge and width of a region in percent of the picture; the whole picture by default."""
    origin, extent = styles.get("Origin"), styles.get("Extent")
    cells, pixels = document.get_cell_resolution().columns, getattr(document.get_px_resolution(), "width", 0)
    return _percent(origin and origin.x, 0, cells, pixels), _percent(extent and extent.width, 100, cells, pixels)


def _vertical(document: Any, styles: dict[str, Any]) -> tuple[float, float]:
    """Return the top edge and height of a region in percent of the picture; the whole picture by default."""
    origin, extent = styles.get("Origin"), styles.get("Extent")
    cells, pixels = document.get_cell_resolution().rows, getattr(document.get_px_resolution(), "height", 0)
    return _percent(origin and origin.y, 0, cells, pixels), _percent(extent and extent.height, 100, cells, pixels)


def _percent(length: Any, default: float, cells: int, pixels: int) -> float:
    """Return a length of ttconv in percent of the picture, which is `cells` or `pixels` long."""
    if length is None:
        return default
    units = {"c": cells, "px": pixels}.get(length.units.value, 100)
    return float(length.value) * 100 / units if units else default
