"""How Advanced SubStation shows captions: what a style of such a file says, in units of its own picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from captioner.formats.model.contents import Programme
from captioner.values import Position

Karaoke = Literal["none", "word", "sweep", "pop"]


@dataclass(frozen=True, kw_only=True)
class AssStyle:
    """The look of all captions of a file.

    Lengths are in pixels of a picture of `width` times `height`, to which a player scales everything. Colors are
    `#rrggbb`, or `#rrggbbaa` where `aa` is the opacity. `box` is the color of a box behind the text, in place of the
    outline; `outline` is then the room between text and box. `anchor` is a key of the number pad.

    `karaoke` says what becomes of word times: nothing that is seen; a word takes the `color` when it is said, and has
    `waiting` before; the color sweeps over it; or the word that is said grows and has the color `said`.
    """

    width: int = 1920
    height: int = 1080
    font: str = "Arial"
    size: float = 59.4
    color: str = "#ffffff"
    waiting: str = "#8c8c8c"
    said: str = "#ffd400"
    outline_color: str = "#000000"
    outline: float = 3.2
    shadow: float = 0.0
    box: str | None = None
    bold: bool = False
    anchor: int = 2
    margin_left: float = 96.0
    margin_right: float = 96.0
    margin_vertical: float = 54.0
    karaoke: Karaoke = "none"

    def place(self, position: Position) -> tuple[float, float]:
        """Where the anchor of a position stands, x and y in pixels; what it does not say is at the margins."""
        row, column = divmod(position.anchor - 1, 3)
        usual_x = (self.margin_left, self.width / 2, self.width - self.margin_right)[column]
        usual_y = (self.height - self.margin_vertical, self.height / 2, self.margin_vertical)[row]
        x = usual_x if position.x is None else position.x * self.width / 100
        y = usual_y if position.y is None else position.y * self.height / 100
        return x, y


WIDTH, HEIGHT = 1920, 1080
"""Pixels of the picture where nobody says how large it is."""


def usual_look(programme: Programme) -> AssStyle:
    """Letters of a size that is read from a chair, inside the safe area, for a picture as large as the programme's.

    Lines of 7 % of the height of a wide picture and 4 % of a tall one, which stand a little higher there (BBC Subtitle
    Guidelines 9.2.1 and 10). A line is about 1.2 times as high as its letters' size.
    """
    width, height = programme.width or WIDTH, programme.height or HEIGHT
    tall = height > width
    return AssStyle(
        width=width,
        height=height,
        size=round(height * (0.035 if tall else 0.055), 1),
        outline=round(height * (0.002 if tall else 0.003), 1),
        margin_left=round(width * 0.05),
        margin_right=round(width * 0.05),
        margin_vertical=round(height * (0.12 if tall else 0.05)),
    )
