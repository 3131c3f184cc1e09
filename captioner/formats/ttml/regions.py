"""Where TTML puts a text: a region of the screen, and where in it the lines stand. From a place to it and back."""

from __future__ import annotations

from typing import Any, Literal

from captioner.values import Position

EDGES = {"left": 12.5, "top": 5.0}
"""Percent of the picture that stay free: broadcasters keep text in 75 % of its width and 90 % of its height."""

BLOCKS = ("after", "center", "before")
"""`tts:displayAlign` of a row of the number pad, from below."""

LINES = ("left", "center", "right")
"""`tts:textAlign` of a column of the number pad."""

WRITING = {"rl": "tbrl", "lr": "tblr"}
"""`tts:writingMode` of vertical text."""


def region(place: Position) -> dict[str, str]:
    """The attributes of a region: the third of the safe area in which the place lies, with the text at its anchor.

    Regions that are seen at once must not overlap (IMSC 1.1, Presented Region), so those of different rows do not; text
    that needs more than a third runs over. In vertical text lines follow one another from side to side, so there the
    thirds are those of the width.
    """
    row, column = divmod(place.anchor - 1, 3)
    left, top = EDGES["left"], EDGES["top"]
    width, height = 100 - 2 * left, 100 - 2 * top
    if not place.vertical:
        box = _box(left, top + (2 - row) * height / 3, width, height / 3)
        return {**box, "tts:displayAlign": BLOCKS[row], "tts:textAlign": LINES[column]}
    box = _box(left + column * width / 3, top, width / 3, height)
    across = BLOCKS[column if place.vertical == "rl" else 2 - column]
    along = ("end", "center", "start")[row]
    return {**box, "tts:writingMode": WRITING[place.vertical], "tts:displayAlign": across, "tts:textAlign": along}


def _box(left: float, top: float, width: float, height: float) -> dict[str, str]:
    origin, extent = f"{left:g}% {top:g}%", f"{width:g}% {height:g}%"
    return {"tts:origin": origin, "tts:extent": extent, "tts:overflow": "visible"}


def place_of(document: Any, region: Any, align: str) -> Position | None:
    """The third of the picture, each way, in which text of a ttconv region stands, its lines at `align`.

    None for text without a region, and for the bottom centre, which is where a cue stands of which nobody says more.
    """
    if region is None:
        return None
    styles = {style.__name__: region.get_style(style) for style in region.iter_styles()}
    block = getattr(styles.get("DisplayAlign"), "name", "before")
    mode = getattr(styles.get("WritingMode"), "name", "lrtb")
    (left, width), (top, height) = _across(document, styles), _down(document, styles)
    if mode == "tbrl":
        place = _place(_third(top, height, align), _third(left, width, _OTHER[block]), "rl")
    elif mode == "tblr":
        place = _place(_third(top, height, align), _third(left, width, block), "lr")
    else:
        place = _place(_third(top, height, block), _third(left, width, align), "")
    return None if place == Position() else place


_OTHER = {"before": "after", "center": "center", "after": "before"}

_PART = {"before": 0.0, "start": 0.0, "center": 0.5, "after": 1.0, "end": 1.0}
"""How far into a region something stands."""


def _third(first: float, length: float, edge: str) -> int:
    """0 for the first third of the picture, 1 for the middle, 2 for the last."""
    return min(2, max(0, int((first + length * _PART[edge]) / 100 * 3)))


def _place(down: int, across: int, vertical: Literal["", "rl", "lr"]) -> Position:
    return Position(3 * (2 - down) + across + 1, vertical=vertical)


def _across(document: Any, styles: dict[str, Any]) -> tuple[float, float]:
    """Where a region begins and how wide it is, in percent of the picture; all of it where nothing is said."""
    origin, extent = styles.get("Origin"), styles.get("Extent")
    cells, pixels = document.get_cell_resolution().columns, getattr(document.get_px_resolution(), "width", 0)
    return _percent(origin and origin.x, 0, cells, pixels), _percent(extent and extent.width, 100, cells, pixels)


def _down(document: Any, styles: dict[str, Any]) -> tuple[float, float]:
    origin, extent = styles.get("Origin"), styles.get("Extent")
    cells, pixels = document.get_cell_resolution().rows, getattr(document.get_px_resolution(), "height", 0)
    return _percent(origin and origin.y, 0, cells, pixels), _percent(extent and extent.height, 100, cells, pixels)


def _percent(length: Any, otherwise: float, cells: int, pixels: int) -> float:
    if length is None:
        return otherwise
    parts = {"c": cells, "px": pixels}.get(length.units.value, 100)
    return float(length.value) * 100 / parts if parts else otherwise
