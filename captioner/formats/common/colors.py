"""Colors as people write them in captions."""

from __future__ import annotations

import re

NAMED = {
    "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "white": "#ffffff",
    "maroon": "#800000", "red": "#ff0000", "purple": "#800080", "fuchsia": "#ff00ff", "magenta": "#ff00ff",
    "green": "#008000", "lime": "#00ff00", "olive": "#808000", "yellow": "#ffff00", "navy": "#000080",
    "blue": "#0000ff", "teal": "#008080", "aqua": "#00ffff", "cyan": "#00ffff", "orange": "#ffa500",
    "pink": "#ffc0cb", "brown": "#a52a2a", "gold": "#ffd700",
}  # fmt: skip
"""The sixteen colors of HTML 4 with their second names, and five more of CSS that captions use."""

_HEX = re.compile(r"#?([\da-f]{3}|[\da-f]{4}|[\da-f]{6}|[\da-f]{8})", re.IGNORECASE | re.ASCII)
_PARTS = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,[^)]*)?\)", re.IGNORECASE | re.ASCII)


def color_of(text: str) -> str | None:
    """Return `#rrggbb` of a name, of `rgb` or `rrggbb` with or without `#`, or of `rgb(r, g, b)`, without opacity.

    Else None.

    >>> color_of("Yellow"), color_of("#f80"), color_of("rgb(0, 128, 255)"), color_of("nice")
    ('#ffff00', '#ff8800', '#0080ff', None)
    """
    text = text.strip().strip("\"'").lower()
    if text in NAMED:
        return NAMED[text]
    if match := _HEX.fullmatch(text):
        digits = match[1] if len(match[1]) >= 6 else "".join(2 * digit for digit in match[1])
        return f"#{digits[:6]}"
    if match := _PARTS.fullmatch(text):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return None
