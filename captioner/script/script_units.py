"""A script in its units, each with what ends behind it: what a region says mostly ends where something does."""

from __future__ import annotations

import re
from dataclasses import replace

from captioner.align.text_units import TextUnit, text_units
from captioner.cues.cjk_thai_breaks import unbreakable_places

_CHUNK = re.compile(r"\S+")


def parts_of(script: str) -> list[TextUnit]:
    """The units of a script. Where a line of it ends, so does a clause at the least; inside a word nothing does, also
    in scripts that write no spaces.
    """
    parts = text_units(script)
    inside = frozenset(
        match.start() + edge
        for match in _CHUNK.finditer(script)
        if not match.group().isascii()
        for edge in unbreakable_places(match.group())
    )
    followed = [*(script[part.first : part.last] for part in parts[1:]), "\n"]
    return [
        replace(part, boundary=_boundary(part, after, part.last in inside))
        for part, after in zip(parts, followed, strict=False)
    ]


def _boundary(part: TextUnit, after: str, is_inside: bool) -> int:
    if len(after) > len(after.lstrip("\r\n")):
        return max(part.boundary, 2)
    return 0 if is_inside and part.boundary == 1 else part.boundary
