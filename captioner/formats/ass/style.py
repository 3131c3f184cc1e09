"""The style of captions in Advanced SubStation, in pixels of the picture that a file is made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from captioner.formats.ass.ass_colors import Recolor
from captioner.formats.common.contents import Programme
from captioner.values import Cue, Position, StyleSpan

Karaoke = Literal["none", "word", "sweep", "pop"]

WIDTH, HEIGHT = 1920, 1080
"""Pixels of the picture where its size is unknown."""


@dataclass(frozen=True, kw_only=True)
class AssStyle:
    """The style of the captions of a track.

    Lengths are in pixels of a picture of `width` times `height`, to which a player scales everything. Colors are
    `#rrggbb`, or `#rrggbbaa` where `aa` is the opacity.
    """

    width: int = WIDTH
    """Pixels of the picture; all styles of a file have the same."""

    height: int = HEIGHT
    """Pixels of the picture; all styles of a file have the same."""

    font: str = "Arial"
    """The family."""

    size: float = 59.4
    """The height of the font."""

    color: str = "#ffffff"
    """The letters."""

    upcoming_color: str = "#8c8c8c"
    """The color of words that are yet to be said, for the `karaoke` word and sweep."""

    spoken_color: str = "#ffd400"
    """The color of the word that is being said, for the `karaoke` pop."""

    outline_color: str = "#000000"
    """The color of the outline."""

    outline: float = 3.2
    """The width of the outline or, for a box, the space between letters and edge."""

    shadow: float = 0.0
    """The distance of the shadow from the letters."""

    shadow_color: str = "#00000080"
    """The shadow."""

    box_color: str | None = None
    """The color of a box behind the text in place of the outline; None for no box."""

    box_per_line: bool = True
    """Whether each line has a box of its own. Only libass can draw one box around all lines."""

    bold: bool = False
    """Whether all text is bold."""

    anchor: int = 2
    """The position of captions, as a key of the numeric keypad."""

    margin_left: float = 96.0
    """Free pixels at the left."""

    margin_right: float = 96.0
    """Free pixels at the right."""

    margin_vertical: float = 54.0
    """Free pixels above or below, on the side where captions stand."""

    encoding: int = 1
    """The character set of the font; -1 has libass read each line in the direction of its first letter."""

    karaoke: Karaoke = "none"
    """How word times are shown: not at all (none); a word takes the `color` when it is said (word); the color sweeps
    over the word (sweep); or the word that is being said grows and has the `spoken_color` (pop)."""

    def anchor_point(self, position: Position) -> tuple[float, float]:
        """Return the anchor of a position, x and y in pixels; an axis without a value is at the margin."""
        row, column = divmod(position.anchor - 1, 3)
        default_x = (self.margin_left, self.width / 2, self.width - self.margin_right)[column]
        default_y = (self.height - self.margin_vertical, self.height / 2, self.margin_vertical)[row]
        x = default_x if position.x is None else position.x * self.width / 100
        y = default_y if position.y is None else position.y * self.height / 100
        return x, y

    def recolored(self, recolor: Recolor) -> AssStyle:
        """Return the style with all its colors changed."""
        return replace(
            self,
            color=recolor(self.color),
            upcoming_color=recolor(self.upcoming_color),
            spoken_color=recolor(self.spoken_color),
            outline_color=recolor(self.outline_color),
            shadow_color=recolor(self.shadow_color),
            box_color=self.box_color and recolor(self.box_color),
        )


@dataclass(frozen=True)
class AssTrack:
    """Cues that are shown in one style."""

    cues: Sequence[Cue]
    """Cues that the file can hold, as `representable` gives them."""

    style: AssStyle
    """Their style."""

    name: str = "Default"
    """The name of the style in the file."""

    layer: int = 0
    """The drawing order: higher layers lie above lower ones, and do not push their captions away."""

    def recolored(self, recolor: Recolor) -> AssTrack:
        """Return the track with all colors of its style and its cues changed."""
        cues = [replace(cue, styles=_recolored_spans(cue, recolor)) for cue in self.cues]
        return replace(self, cues=cues, style=self.style.recolored(recolor))


def _recolored_spans(cue: Cue, recolor: Recolor) -> tuple[StyleSpan, ...]:
    return tuple(replace(span, color=span.color and recolor(span.color)) for span in cue.styles)


def default_style(programme: Programme) -> AssStyle:
    """Return the style for a programme's picture: readable from a distance, and inside the safe area.

    Lines have 7 % of the height of a wide picture and 4 % of a tall one, and stand a little higher there (BBC Subtitle
    Guidelines 9.2.1 and 10). A line is about 1.2 times as high as the size of its font.
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
