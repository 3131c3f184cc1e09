"""How captions look in a picture: what the user asks for, and what fits the picture where nothing is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

from captioner.formats.ass.style import AssStyle
from captioner.media import Picture

Placement = Literal["bottom", "bottom-left", "bottom-right", "middle", "top", "top-left", "top-right"]
PLACES: tuple[Placement, ...] = get_args(Placement)

_ANCHORS: dict[Placement, int] = {
    "bottom-left": 1, "bottom": 2, "bottom-right": 3, "middle": 5, "top-left": 7, "top": 8, "top-right": 9,
}  # fmt: skip

LINE_HEIGHT = 7.0
"""Height of a line in percent of the picture's height: 7 to 8 (BBC Subtitle Guidelines 9.2.1)."""

LINE_HEIGHT_OF_WIDTH = 7.5
"""The most in percent of its width, which counts in an upright picture: 4.2 % of the height at 9:16, of 3.9 to 4.5."""

FULL_WIDTH_FACTOR = 1.2
"""How much higher a line is whose characters have many strokes: their fonts leave more room between lines."""

OUTLINE, ROOM = 4.5, 12.0
"""Percent of the height of a line: the breadth of an outline, and the room between letters and the edge of a box."""

BOX_COLOR = "#000000a0"

SECOND_LANGUAGE_SIZE = 0.75
"""How large the second of two languages is in comparison."""


@dataclass(frozen=True, kw_only=True)
class StyleOptions:
    """What is asked for of the look; None is what fits the picture. Colors are `#rrggbb` or `#rrggbbaa`.

    `size` is the height of a line in percent of the picture's height, `outline` its breadth in percent of that line,
    `margin` the room above or below in percent of the height. `font_file` is the font itself.
    """

    font: str | None = None
    font_file: bytes | None = None
    size: float | None = None
    color: str | None = None
    outline: float | None = None
    outline_color: str | None = None
    box: bool = False
    box_color: str | None = None
    bold: bool = False
    place: Placement | None = None
    margin: float | None = None
    karaoke: Literal["word", "sweep", "pop"] | None = None
    karaoke_color: str | None = None


def safe_area(width: int, height: int) -> tuple[float, float]:
    """The middle part of a picture, across and down, in which text belongs, in percent (BBC Subtitle Guidelines 10).

    >>> safe_area(1920, 1080), safe_area(640, 480), safe_area(1080, 1920)
    ((75.0, 90.0), (90.0, 90.0), (90.0, 75.0))
    """
    if width >= 1.5 * height:
        return 75.0, 90.0
    return (90.0, 75.0) if height >= 1.5 * width else (90.0, 90.0)


def style_for(picture: Picture, options: StyleOptions, font: str, *, full_width: bool = False) -> AssStyle:
    """The look of captions in a picture; `full_width` where they are Chinese, Japanese or Korean."""
    width, height = picture.display_width, picture.height
    across, down = safe_area(width, height)
    usual_line = (
        min(LINE_HEIGHT * height, LINE_HEIGHT_OF_WIDTH * width) / 100 * (FULL_WIDTH_FACTOR if full_width else 1)
    )
    line = height * options.size / 100 if options.size else usual_line
    boxed = options.box or options.box_color is not None
    breadth = ROOM if boxed else OUTLINE
    outline = round(line * (breadth if options.outline is None else options.outline) / 100, 2)
    # What is drawn around the letters is inside the safe area too.
    side = math.ceil(width * (100 - across) / 200 + outline)
    above = (100 - down) / 2 if options.margin is None else options.margin
    usual = AssStyle()
    return AssStyle(
        width=width,
        height=height,
        font=font,
        size=round(line, 1),
        color=_spoken_color(options) or usual.color,
        said=options.karaoke_color or usual.said,
        outline=outline,
        outline_color=options.outline_color or usual.outline_color,
        box=(options.box_color or BOX_COLOR) if boxed else None,
        bold=options.bold,
        anchor=_ANCHORS[options.place or "bottom"],
        margin_left=side,
        margin_right=side,
        margin_vertical=math.ceil(height * above / 100 + outline),
        karaoke=options.karaoke or "none",
    )


def _spoken_color(wishes: StyleOptions) -> str | None:
    """In a text that takes its color word by word, that is the color asked for."""
    return (wishes.karaoke_color if wishes.karaoke in ("word", "sweep") else None) or wishes.color


def second_language_style(look: AssStyle) -> AssStyle:
    """The look of a second language beside it: smaller, and without karaoke."""
    return replace(
        look,
        size=round(look.size * SECOND_LANGUAGE_SIZE, 1),
        outline=round(look.outline * SECOND_LANGUAGE_SIZE, 2),
        karaoke="none",
    )
