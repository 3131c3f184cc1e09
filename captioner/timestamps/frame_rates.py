"""Frame rates: whole numbers, and the NTSC family that is slower by 1000/1001."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

NTSC = Fraction(1000, 1001)

_TOLERANCE = Fraction(6, 1000)
"""Frames a second: 23.976 and 23.98 both mean 24000/1001, which is 23.97602..."""

_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?|\d{1,9}/[1-9]\d{0,8})\s*(fps)?\s*(df|ndf)?", re.ASCII | re.IGNORECASE)

_LISTED = "23.976, 24, 25, 29.97, 29.97df, 30, 50, 59.94, 59.94df, 60 or a fraction such as 24000/1001"


@dataclass(frozen=True)
class FrameRate:
    """A frame rate that timecode can count. Raises `ValueError` for any other."""

    per_second: Fraction
    """Exact frames a second: a whole number, or 1000/1001 of one."""

    drop_frame: bool = False
    """Whether timecode skips labels so that it keeps up with the clock (SMPTE ST 12-1; only 29.97 and 59.94)."""

    def __post_init__(self) -> None:
        if not 0 < self.per_second <= 1000 or self.per_second not in (self.labels, self.labels * NTSC):
            raise ValueError(f"not a frame rate that timecode can count: {self.per_second}; write {_LISTED}")
        if self.drop_frame and self.per_second not in (30 * NTSC, 60 * NTSC):
            raise ValueError(f"timecode drops frames at 29.97 and 59.94 a second, not at {self}")

    @property
    def labels(self) -> int:
        """Frames that timecode counts in a second: 30 at 29.97."""
        return round(self.per_second)

    @property
    def dropped(self) -> int:
        """Labels that most minutes skip: 2 at 29.97, 4 at 59.94, otherwise 0."""
        return self.labels // 15 if self.drop_frame else 0

    def __str__(self) -> str:
        number = f"{float(self.per_second):.3f}".rstrip("0").rstrip(".")
        return f"{number}df" if self.drop_frame else number


def parse_rate(text: str) -> FrameRate:
    """Return the frame rate that `23.976`, `23.98`, `25`, `29.97df`, `30000/1001` or `50 fps` stands for.

    >>> parse_rate("23.976").per_second, str(parse_rate("29.97DF"))
    (Fraction(24000, 1001), '29.97df')

    Raises `ValueError` for a rate that timecode cannot count, such as the average of a variable one.
    """
    match = _RATE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not a frame rate: {text!r}; write {_LISTED}")
    given = Fraction(match[1])
    whole, slower = round(given), round(given / NTSC) * NTSC
    nearest = min(Fraction(whole), slower, key=lambda rate: abs(rate - given))
    if abs(nearest - given) > _TOLERANCE:
        nearest = given
    return FrameRate(nearest, drop_frame=(match[3] or "").lower() == "df")
