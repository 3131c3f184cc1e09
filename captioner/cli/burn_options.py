"""The flags that say how captions look in a picture, for every command that draws them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from captioner.render import StyleOptions

Command = TypeVar("Command", bound=Callable[..., Any])

_NAMES = {
    "white": "#ffffff", "black": "#000000", "yellow": "#ffff00", "red": "#ff0000", "green": "#00ff00",
    "blue": "#0000ff", "cyan": "#00ffff", "magenta": "#ff00ff", "orange": "#ffa500", "gray": "#808080",
}  # fmt: skip


class Color(click.ParamType[str]):
    """`#rrggbb`, `#rrggbbaa` with an opacity, or a name."""

    name = "color"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        color = _NAMES.get(str(value).lower(), str(value).lower())
        if not re.fullmatch("#[0-9a-f]{6}([0-9a-f]{2})?", color):
            self.fail(f"{value!r} is no color: write #rrggbb, #rrggbbaa, or one of {', '.join(_NAMES)}", param, ctx)
        return color


_PERCENT = click.FloatRange(0, 100)
_FLAGS = (
    click.option("--font", metavar="NAME", help="The font's family.  [default: what fits the language]"),
    click.option("--font-file", metavar="FILE", help="A font that is not installed: .ttf, .otf or .ttc."),
    click.option("--font-size", "size", type=click.FloatRange(0.5, 50), metavar="PERCENT",
                 help="Height of a line in percent of the picture's.  [default: 7, upright 4.2]"),
    click.option("--color", type=Color(), metavar="COLOR", help="Of the text: #rrggbb or a name.  [default: white]"),
    click.option("--outline", type=_PERCENT, metavar="PERCENT",
                 help="Its breadth in percent of a line's height.  [default: 4.5]"),
    click.option("--outline-color", type=Color(), metavar="COLOR", help="[default: black]"),
    click.option("--box", is_flag=True, help="A box behind the text in place of the outline."),
    click.option("--box-color", type=Color(), metavar="COLOR", help="Of the box; #rrggbbaa has an opacity."),
    click.option("--bold", is_flag=True, help="Bold letters."),
    click.option("--position", "place", metavar="PLACE", type=click.Choice(
                 ["bottom", "bottom-left", "bottom-right", "middle", "top", "top-left", "top-right"]),
                 help="bottom, middle, top, or bottom-left and so on.  [default: bottom]"),
    click.option("--margin", type=_PERCENT, metavar="PERCENT",
                 help="Room below or above, of the picture's height.  [default: the safe area]"),
    click.option("--karaoke", type=click.Choice(["word", "sweep", "pop"]),
                 help="Show what is being said: word by word, swept over, or grown."),
    click.option("--karaoke-color", type=Color(), metavar="COLOR", help="What is said.  [default: white; pop: yellow]"),
)  # fmt: skip


def look_options(command: Command) -> Command:
    """The flags for a command, which hands them to `wishes_from`."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def wishes_from(font_file: str | None, **flags: Any) -> StyleOptions:
    """What the flags ask for. Raises `UsageError` for a font file that cannot be read."""
    from captioner.errors import UsageError
    from captioner.render import StyleOptions

    try:
        data = None if font_file is None else Path(font_file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the font {font_file}: {(error.strerror or str(error)).lower()}") from error
    return StyleOptions(font_file=data, **flags)
