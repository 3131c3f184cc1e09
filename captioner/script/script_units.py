"""The text units of a script, with the boundary after each: a speech region mostly ends at a boundary."""

from __future__ import annotations

import re
from dataclasses import replace

from captioner.align.text_units import TextUnit, text_units
from captioner.cues.cjk_thai_breaks import unbreakable_places

_CHUNK = re.compile(r"\S+")


def script_units(script: str) -> list[TextUnit]:
    """Return the text units of `script`.

    The end of a line is at least the end of a clause. Inside a word there is no boundary, in scripts without spaces
    either.
    """
    units = [unit for unit in text_units(script) if not script[unit.first : unit.last].isspace()]
    inside = frozenset(
        match.start() + edge
        for match in _CHUNK.finditer(script)
        if not match.group().isascii()
        for edge in unbreakable_places(match.group())
    )
    following = [*(script[unit.first : unit.last] for unit in units[1:]), "\n"]
    return [
        replace(unit, boundary=_boundary(unit, after, unit.last in inside))
        for unit, after in zip(units, following, strict=False)
    ]


def _boundary(unit: TextUnit, after: str, is_inside: bool) -> int:
    if not {"\r", "\n"}.isdisjoint(after[: len(after) - len(after.lstrip())]):
        return max(unit.boundary, 2)
    return 0 if is_inside and unit.boundary == 1 else unit.boundary
