"""Colors as Advanced SubStation spells them: `&HAABBGGRR` in a style, where AA 00 is opaque; `&HBBGGRR&` in a tag."""

from __future__ import annotations

import re
from collections.abc import Callable

Recolor = Callable[[str], str]
"""Changes a color, `#rrggbb` or `#rrggbbaa` with the opacity, into another."""

_READ = re.compile(r"(?:&?H)?0*([\dA-F]{1,8})&?", re.ASCII | re.IGNORECASE)
_IN_SCRIPT = re.compile(r"(&H)([\dA-F]{2})?([\dA-F]{6})(?![\dA-F])", re.ASCII | re.IGNORECASE)


def style_color(color: str) -> str:
    """Return the spelling in a style, with opacity.

    >>> style_color("#ff8000"), style_color("#00000080")
    ('&H000080FF', '&H7F000000')
    """
    red, green, blue, opacity = bytes.fromhex(color.removeprefix("#").ljust(8, "f"))
    return f"&H{255 - opacity:02X}{blue:02X}{green:02X}{red:02X}"


def tag_color(color: str) -> str:
    """Return the spelling in a tag, without opacity.

    >>> tag_color("#ff8000")
    '&H0080FF&'
    """
    return f"&H{style_color(color[:7])[4:]}&"


def read_color(text: str) -> str | None:
    """Return `#rrggbb` from either spelling; None if the text is not a color."""
    match = _READ.fullmatch(text.strip())
    if not match:
        return None
    blue, green, red = (int(match[1], 16) & 0xFFFFFF).to_bytes(3, "big")
    return f"#{red:02x}{green:02x}{blue:02x}"


def recolor_script(script: str, recolor: Recolor) -> str:
    """Return a whole file with all its colors changed, and nothing else."""
    return _IN_SCRIPT.sub(lambda match: _recolored(match, recolor), script)


def _recolored(match: re.Match[str], recolor: Recolor) -> str:
    blue, green, red = bytes.fromhex(match[3])
    opacity = "" if match[2] is None else f"{255 - int(match[2], 16):02x}"
    color = f"#{red:02x}{green:02x}{blue:02x}{opacity}"
    new = recolor(color)
    if new == color:
        return match[0]
    return match[1] + (style_color(new)[2:] if opacity else tag_color(new)[2:-1])
