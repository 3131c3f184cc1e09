"""Frame rates: whole numbers, and the NTSC family that is slower by 1000/1001."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

NTSC = Fraction(1000, 1001)

_TOLERANCE = Fraction(6, 1000)
"""Frames per second: 23.976 and 23.98 both mean 24000/1001, which is 23.97602..."""

_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?|\d{1,9}/[1-9]\d{0,8})\s*(fps)?\s*(df|ndf)?", re.ASCII | re.IGNORECASE)

_LISTED = "23.976, 24, 25, 29.97, 29.97df, 30, 50, 59.94, 59.94df, 60 or a fraction as 24000/1001"


@dataclass(frozen=True)
class FrameRate:
    """Frames per second, exactly: a whole number, or one of 1000/1001 of it.

    With `drop_frame` timecode skips labels (SMPTE ST 12-1, 29.97 and 59.94 alone), so that it keeps up with the clock.
    """

    per_second: Fraction
    drop_frame: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.per_second <= 1000 or self.per_second not in (self.labels, self.labels * NTSC):
            raise ValueError(f"no frame rate that timecode counts: {self.per_second}; write {_LISTED}")
        if self.drop_frame and self.per_second not in (30 * NTSC, 60 * NTSC):
            raise ValueError(f"timecode drops frames at 29.97 and 59.94 a second, not at {self}")

    @property
    def labels(self) -> int:
        """How many frames a second of timecode counts: 30 at 29.97."""
        return round(self.per_second)

    @property
    def dropped(self) -> int:
        """How many labels most minutes skip: 2 at 29.97, 4 at 59.94, else none."""
        return self.labels // 15 if self.drop_frame else 0

    def __str__(self) -> str:
        number = f"{float(self.per_second):.3f}".rstrip("0").rstrip(".")
        return f"{number}df" if self.drop_frame else number


def parse_rate(text: str) -> FrameRate:
    """The rate that somebody means by `23.976`, `23.98`, `25`, `29.97df`, `30000/1001` or `50 fps`.

    >>> parse_rate("23.976").per_second, str(parse_rate("29.97DF"))
    (Fraction(24000, 1001), '29.97df')

    Raises `ValueError` for what no timecode counts, as an average of a changing rate.
    """
    match = _RATE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"no frame rate: {text!r}; write {_LISTED}")
    meant = Fraction(match[1])
    whole, slower = round(meant), round(meant / NTSC) * NTSC
    nearest = min(Fraction(whole), slower, key=lambda rate: abs(rate - meant))
    if abs(nearest - meant) > _TOLERANCE:
        nearest = meant
    return FrameRate(nearest, drop_frame=(match[3] or "").lower() == "df")
