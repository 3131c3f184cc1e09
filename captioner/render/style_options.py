"""The style of captions in a picture: the user's options, and defaults that fit the size of the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from captioner.formats.ass import AssStyle
from captioner.media import Picture

Placement = Literal["bottom", "bottom-left", "bottom-right", "middle", "top", "top-left", "top-right"]

_ANCHORS: dict[Placement, int] = {
    "bottom-left": 1, "bottom": 2, "bottom-right": 3, "middle": 5, "top-left": 7, "top": 8, "top-right": 9,
}  # fmt: skip

LINE_HEIGHT = 7.0
"""Percent of the picture's height: 7 to 8 (BBC Subtitle Guidelines 9.2.1)."""

LINE_HEIGHT_OF_WIDTH = 7.5
"""The limit in percent of the picture's width, for upright video: 4.2 % of the height at 9:16 (3.9 to 4.5)."""

FULL_WIDTH_FACTOR = 1.2
"""The factor for lines of Chinese, Japanese and Korean, since their fonts leave more space between lines."""

OUTLINE = 4.5
"""The width of an outline in percent of the height of a line."""

BOX_PADDING = 12.0
"""The space between the letters and the edge of a box in percent of the height of a line."""

BOX_COLOR = "#000000a0"

SECOND_LANGUAGE_SIZE = 0.75
"""The size of the second of two languages in relation to the first."""


@dataclass(frozen=True, kw_only=True)
class StyleOptions:
    """The user's options for the style; None is what fits the picture. Colors are `#rrggbb` or `#rrggbbaa`."""

    font: str | None = None
    """The family of the font."""

    font_file: bytes | None = None
    """The font itself, as the bytes of its file."""

    size: float | None = None
    """The height of a line in percent of the picture's height."""

    color: str | None = None
    """The color of the text."""

    outline: float | None = None
    """The width of the outline in percent of the height of a line."""

    outline_color: str | None = None

    box: bool = False
    """Whether to draw a box behind the text in place of the outline."""

    box_color: str | None = None
    """The color of the box; a color implies a box."""

    bold: bool = False

    place: Placement | None = None
    """The position of captions in the picture."""

    margin: float | None = None
    """The space above or below the captions in percent of the picture's height."""

    karaoke: Literal["word", "sweep", "pop"] | None = None
    """How the current word is shown: words change color one by one, the color sweeps over them, or the word grows."""

    karaoke_color: str | None = None
    """The color of the current word."""


def safe_area(width: int, height: int) -> tuple[float, float]:
    """Return the width and height of the middle part of a picture for text, in percent (BBC Subtitle Guidelines 10).

    >>> safe_area(1920, 1080), safe_area(640, 480), safe_area(1080, 1920)
    ((75.0, 90.0), (90.0, 90.0), (90.0, 75.0))
    """
    if width >= 1.5 * height:
        return 75.0, 90.0
    return (90.0, 75.0) if height >= 1.5 * width else (90.0, 90.0)


def style_for(picture: Picture, options: StyleOptions, font: str, *, full_width: bool = False) -> AssStyle:
    """Return the style of captions in a picture; `full_width` is for Chinese, Japanese and Korean."""
    width, height = picture.display_width, picture.height
    across, down = safe_area(width, height)
    factor = FULL_WIDTH_FACTOR if full_width else 1
    default_line = min(LINE_HEIGHT * height, LINE_HEIGHT_OF_WIDTH * width) / 100 * factor
    line = height * options.size / 100 if options.size else default_line
    boxed = options.box or options.box_color is not None
    default_outline = BOX_PADDING if boxed else OUTLINE
    outline = round(line * (default_outline if options.outline is None else options.outline) / 100, 2)
    # The outline and the box lie inside the safe area too.
    side = math.ceil(width * (100 - across) / 200 + outline)
    above = (100 - down) / 2 if options.margin is None else options.margin
    default = AssStyle()
    return AssStyle(
        width=width,
        height=height,
        font=font,
        size=round(line, 1),
        color=_spoken_color(options) or default.color,
        spoken_color=options.karaoke_color or default.spoken_color,
        outline=outline,
        outline_color=options.outline_color or default.outline_color,
        box_color=(options.box_color or BOX_COLOR) if boxed else None,
        bold=options.bold,
        anchor=_ANCHORS[options.place or "bottom"],
        margin_left=side,
        margin_right=side,
        margin_vertical=math.ceil(height * above / 100 + outline),
        karaoke=options.karaoke or "none",
    )


def _spoken_color(options: StyleOptions) -> str | None:
    """Return the color of spoken words: with karaoke by word or sweep that is the karaoke color."""
    return (options.karaoke_color if options.karaoke in ("word", "sweep") else None) or options.color


def second_language_style(style: AssStyle) -> AssStyle:
    """Return the style of a second language beside the first: smaller, and without karaoke."""
    size, outline = round(style.size * SECOND_LANGUAGE_SIZE, 1), round(style.outline * SECOND_LANGUAGE_SIZE, 2)
    return replace(style, size=size, outline=outline, karaoke="none")
