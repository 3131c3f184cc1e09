"""Seconds to text and back: the only package that knows how times are written.

`clock` has hours, minutes and milliseconds, `timecode` the frames that editors and broadcasters count. A frame rate is
an exact fraction (30000/1001 is 29.97), and a frame's time is one division of integers, so no offset builds up.
"""

from __future__ import annotations

from captioner.timestamps.clock import format_clock, parse_clock
from captioner.timestamps.frame_rates import FrameRate, parse_rate
from captioner.timestamps.timecode import format_timecode, frame_at, parse_timecode, seconds_at

__all__ = [
    "FrameRate",
    "format_clock",
    "format_timecode",
    "frame_at",
    "parse_clock",
    "parse_rate",
    "parse_timecode",
    "seconds_at",
]
