"""Seconds to frames and to SMPTE timecode (ST 12-1), and back.

A frame begins at `frame / rate`. Timecode is a frame's label and not its time: at 23.976, an hour of labels lasts 3.6 s
longer than an hour. Drop-frame timecode skips the labels 0 and 1 (0 to 3 at 59.94) of each minute except every tenth.
"""

from __future__ import annotations

import re
from fractions import Fraction

from captioner.timestamps.frame_rates import FrameRate

HOURS = 24
"""Timecode starts again at 0 after 24 hours (ST 12-1)."""

_TIMECODE = re.compile(r"(\d{1,2})[:;](\d{2})[:;](\d{2})([:;.,])(\d{2,3})", re.ASCII)


def frame_at(seconds: float, rate: FrameRate) -> int:
    """Return the frame that begins nearest to `seconds`; the later one of two that are equally near."""
    return int(Fraction(seconds) * rate.per_second + Fraction(1, 2))


def seconds_at(frame: int, rate: FrameRate) -> float:
    """Return the time in seconds at which a frame begins, as the float nearest to the exact time."""
    return frame * rate.per_second.denominator / rate.per_second.numerator


def format_timecode(frame: int, rate: FrameRate) -> str:
    """Return `HH:MM:SS:FF`, or `HH:MM:SS;FF` for drop-frame timecode.

    >>> format_timecode(1800, FrameRate(Fraction(30000, 1001), drop_frame=True))
    '00:01:00;02'

    Raises `ValueError` for a frame past the last label of the day.
    """
    if not 0 <= frame < _label(HOURS * 60, rate):
        raise ValueError(f"frame {frame} is beyond the {HOURS} hours that timecode counts")
    second, label = divmod(frame + _skipped_before(frame, rate), rate.labels)
    mark = ";" if rate.drop_frame else ":"
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{mark}{label:02}"


def parse_timecode(text: str, rate: FrameRate) -> int:
    """Return the frame with the label `text`. A semicolon means drop-frame, and so does `rate.drop_frame`.

    A dropped label stands for the first label after it. Raises `ValueError` for other text.
    """
    match = _TIMECODE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not a timecode: {text!r}; write HH:MM:SS:FF")
    hour, minute, second, label = (int(match[group]) for group in (1, 2, 3, 5))
    if hour >= HOURS or minute >= 60 or second >= 60 or label >= rate.labels:
        raise ValueError(f"not a timecode at {rate} frames a second: {text!r}")
    if ";" in text and not rate.drop_frame:
        rate = FrameRate(rate.per_second, drop_frame=True)
    if minute % 10 and second == 0:
        label = max(label, rate.dropped)
    return _label(hour * 60 + minute, rate) + second * rate.labels + label


def _label(minutes: int, rate: FrameRate) -> int:
    """Return the frame with which a minute would begin if no label of its own were dropped."""
    return minutes * 60 * rate.labels - rate.dropped * (minutes - minutes // 10)


def _skipped_before(frame: int, rate: FrameRate) -> int:
    """Return how many labels are dropped before `frame`: 0 in the first minute of ten, `rate.dropped` in the others."""
    whole_minute = 60 * rate.labels
    ten, rest = divmod(frame, 10 * whole_minute - 9 * rate.dropped)
    short_minutes = max(0, rest - whole_minute) // (whole_minute - rate.dropped) + (rest >= whole_minute)
    return rate.dropped * (9 * ten + short_minutes)
