"""Seconds to clock time and back.

Formatting rounds to whole milliseconds before it splits, so 59.9996 s carries into the next minute. Parsing ends in one
division of an integer, so a time that is formatted and parsed again is the same float.
"""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?:(?:(\d{1,9}):)?(\d{1,2}):)?(\d{1,9})(?:[.,](\d{1,9}))?", re.ASCII)


def format_clock(seconds: float, decimal: str = ".") -> str:
    """Return `HH:MM:SS.mmm`, with more digits for the hours where they are needed.

    >>> format_clock(59.9996)
    '00:01:00.000'
    >>> format_clock(360_000.5, decimal=",")
    '100:00:00,500'
    """
    rest, milliseconds = divmod(round(seconds * 1000), 1000)
    rest, second = divmod(rest, 60)
    hour, minute = divmod(rest, 60)
    return f"{hour:02}:{minute:02}:{second:02}{decimal}{milliseconds:03}"


def parse_clock(text: str) -> float:
    """Return the seconds of `[[H:]M:]S[.fraction]`, with a point or a comma.

    >>> parse_clock("00:01:02,500"), parse_clock("1:30"), parse_clock("12.25")
    (62.5, 90.0, 12.25)

    Raises `ValueError` for anything else.
    """
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not a time: {text!r}; write 90, 1:30 or 0:01:30.500")
    hour, minute, second, fraction = match.groups(default="")
    whole = (int(hour or 0) * 60 + int(minute or 0)) * 60 + int(second)
    scale = int("1" + "0" * len(fraction))
    return (whole * scale + int(fraction or 0)) / scale
