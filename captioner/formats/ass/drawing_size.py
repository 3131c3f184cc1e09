"""How much a player must draw for a script: a line of tags can ask for gigabytes of memory.

libass draws each run of text with its border and its blur into bitmaps of their whole size, also where they leave the
picture. The sizes here are upper bounds: of each tag the largest value in an event counts, animated ones too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from captioner.formats.ass.reader import ScriptEvent, ScriptLine, field_names, script_events, script_lines
from captioner.formats.common.lines import source_lines
from captioner.formats.common.losses import Losses

WIDEST_BLUR = 100.0
"""The largest radius that libass blurs with, in pixels of the script."""

_TAGS = re.compile(r"\{([^}]*)\}")
_TAG = re.compile(
    r"\\(fscx|fscy|fs|[xy]?bord|blur|be|p|r)\(?\s*([+-]?\d*\.?\d+(?:e[+-]?\d+)?|[^\\()}]*)", re.IGNORECASE
)
_CLIP = re.compile(r"\\i?clip\(\s*(?:\d+\s*,)?\s*m\b", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d*\.?\d+")
_ESCAPE = re.compile(r"\\[Nnh]")


class DrawnSize(NamedTuple):
    """The pixels of all bitmaps at the fullest moment of a script."""

    pixels: float
    line: int | None
    """The line of the script that adds most to them."""


@dataclass(frozen=True)
class _Look:
    """The largest sizes in an event, in pixels of the script."""

    size: float = 18.0
    stretch_x: float = 100.0
    """Percent."""
    stretch_y: float = 100.0
    border: float = 0.0
    blur: float = 0.0


class _Drawn(NamedTuple):
    """What an event draws."""

    start: float
    end: float
    pixels: float
    line: int


def drawn_size(script: str, width: int, height: int) -> DrawnSize:
    """Return what is drawn of a script in a picture of that size, in pixels. Times that cannot be read are left out."""
    lines = script_lines(source_lines(script))
    info = {line.key: line.value.strip() for line in lines if line.section == "script info"}
    scale = height / (_number(info.get("playresy")) or 288)
    styles = dict(_styles(lines))
    drawn = [_drawn(event, styles, scale, width * height) for event in script_events(lines, Losses())]
    changes = sorted(change for one in drawn for change in ((one.start, one.pixels), (one.end, -one.pixels)))
    now = most = 0.0
    for _, pixels in changes:
        now += pixels
        most = max(most, now)
    return DrawnSize(most, max(drawn, key=lambda one: one.pixels).line if drawn else None)


def _styles(lines: Sequence[ScriptLine]) -> Iterator[tuple[str, _Look]]:
    names: list[str] = []
    for line in lines:
        if line.key == "format" and "styles" in line.section:
            names = field_names(line)
        elif line.key == "style":
            values = dict(zip(names, (value.strip() for value in line.value.split(",")), strict=False))
            yield (
                values.get("name", "").lstrip("*"),
                _Look(
                    size=_number(values.get("fontsize")) or 18.0,
                    stretch_x=_number(values.get("scalex")) or 100.0,
                    stretch_y=_number(values.get("scaley")) or 100.0,
                    border=_number(values.get("outline")) or 0.0,
                ),
            )


def _drawn(event: ScriptEvent, styles: Mapping[str, _Look], scale: float, picture: int) -> _Drawn:
    text = event.values.get("text", "")
    look = styles.get(event.values.get("style", "").strip().lstrip("*"), _Look())
    level = 0.0  # of \p: 0 is text, and each level above 1 halves the drawing
    for tags in _TAGS.findall(text):
        for name, value in _TAG.findall(tags):
            look = _grown(look, name.lower(), value, styles)
            level = max(level, _number(value) or 0.0) if name.lower() == "p" else level
    shown = _ESCAPE.sub("  ", _TAGS.sub("", text))
    margin = 2 * (look.border + 3 * look.blur)
    if level:
        wide, high = _extent(shown, level)
        runs = (wide * look.stretch_x / 100 + margin) * (high * look.stretch_y / 100 + margin)
    else:
        wide, high = look.size * 0.6 * look.stretch_x / 100, look.size * 1.2 * look.stretch_y / 100
        glyphs = len(set(shown)) * (wide + 2 * look.border) * (high + 2 * look.border)
        runs = (len(shown) * wide + margin) * (high + margin) + glyphs
    masks = picture if _CLIP.search(text) else 0
    return _Drawn(float(event.start), float(event.end), runs * scale * scale + masks, event.line)


def _grown(look: _Look, name: str, value: str, styles: Mapping[str, _Look]) -> _Look:
    """Return the look with the larger of its value and that of a tag."""
    if name == "r":
        other = styles.get(value.strip(), look)
        return _Look(*(max(getattr(look, field), getattr(other, field)) for field in _Look.__dataclass_fields__))
    number = _number(value)
    if number is None:
        return look
    if name == "fs":
        number = look.size * (1 + number / 10) if value.startswith(("+", "-")) else number
        return replace(look, size=max(look.size, number))
    if name in ("blur", "be"):
        return replace(look, blur=max(look.blur, min(number, WIDEST_BLUR)))
    if name.endswith("bord"):
        return replace(look, border=max(look.border, number))
    axis = {"fscx": "stretch_x", "fscy": "stretch_y"}.get(name)
    return replace(look, **{axis: max(getattr(look, axis), number)}) if axis else look


def _extent(drawing: str, level: float) -> tuple[float, float]:
    """Return the width and the height of a drawing."""
    numbers = [float(number) for number in _NUMBER.findall(drawing)]
    unit = 2.0 ** -(min(level, 30) - 1)
    wide, high = (max(axis, default=0.0) - min(axis, default=0.0) for axis in (numbers[::2], numbers[1::2]))
    return wide * unit, high * unit


def _number(text: str | None) -> float | None:
    """Return a number, of 10**9 at most, so that no product of sizes is infinite; None for none."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return min(number, 1e9) if number == number else None
