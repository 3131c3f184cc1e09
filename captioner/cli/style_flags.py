"""The flags for the style of captions in a picture, for every command that draws them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_COLORS = {
    "white": "#ffffff", "black": "#000000", "yellow": "#ffff00", "red": "#ff0000", "green": "#00ff00",
    "blue": "#0000ff", "cyan": "#00ffff", "magenta": "#ff00ff", "orange": "#ffa500", "gray": "#808080",
}  # fmt: skip


class ColorParam(click.ParamType[str]):
    """`#rrggbb`, `#rrggbbaa` with an opacity, or a name."""

    name = "color"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        color = _COLORS.get(str(value).lower(), str(value).lower())
        if not re.fullmatch("#[0-9a-f]{6}([0-9a-f]{2})?", color):
            self.fail(f"{value!r} is not a color: use #rrggbb, #rrggbbaa, or one of {', '.join(_COLORS)}", param, ctx)
        return color


_PERCENT = click.FloatRange(0, 100)
_FLAGS = (
    click.option("--font", metavar="NAME", help="Font family.  [default: by language]"),
    click.option("--font-file", metavar="FILE", help="Font that is not installed: .ttf, .otf or .ttc."),
    click.option("--font-size", "size", type=click.FloatRange(0.5, 50), metavar="PERCENT",
                 help="Height of a line, of the picture's height.  [default: 7; upright 4.2]"),
    click.option("--color", type=ColorParam(), metavar="COLOR",
                 help="Text color: #rrggbb or a name.  [default: white]"),
    click.option("--outline", type=_PERCENT, metavar="PERCENT",
                 help="Outline width, of a line's height.  [default: 4.5]"),
    click.option("--outline-color", type=ColorParam(), metavar="COLOR", help="Outline color.  [default: black]"),
    click.option("--box", is_flag=True, help="Draw a box behind the text instead of an outline."),
    click.option("--box-color", type=ColorParam(), metavar="COLOR", help="Box color; #rrggbbaa has an opacity."),
    click.option("--bold", is_flag=True, help="Bold text."),
    click.option("--position", "place", metavar="PLACE", type=click.Choice(
                 ["bottom", "bottom-left", "bottom-right", "middle", "top", "top-left", "top-right"]),
                 help="Position: bottom, middle, top, bottom-left, ...  [default: bottom]"),
    click.option("--margin", type=_PERCENT, metavar="PERCENT",
                 help="Space to the edge, of the picture's height.  [default: safe area]"),
    click.option("--karaoke", type=click.Choice(["word", "sweep", "pop"]),
                 help="Highlight the spoken word: by color, sweep or size."),
    click.option("--karaoke-color", type=ColorParam(), metavar="COLOR",
                 help="Color of the highlight.  [default: white; pop: yellow]"),
)  # fmt: skip


def style_flags(command: Command) -> Command:
    """Add the flags to a command, whose body gets them as `style_options` takes them."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command
