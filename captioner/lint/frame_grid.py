"""Frames: how far a time is from the nearest one, and the frame rate that the times of a file fit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from captioner.values import Cue

TOLERANCE = 0.001 + 1e-6
"""Seconds by which a duration may be off: a file rounds both of its ends to a millisecond."""

COMMON_RATES = tuple(
    Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
)
"""Frames a second of film, television and the web."""

ENOUGH_STARTS = 4
"""In-times needed to infer a rate. By chance, all of four lie on its frames in one file of a thousand."""


def frame_offset(seconds: float, frame_rate: Fraction) -> float:
    """Return the seconds from the nearest frame to a time, negative before the frame.

    0 where rounding explains the difference.
    """
    offset = seconds - float(round(seconds * frame_rate) / frame_rate)
    return offset if abs(offset) > TOLERANCE else 0.0


def infer_frame_rate(cues: Sequence[Cue]) -> Fraction | None:
    """Return the common rate on whose frames all in-times are; None if no rate fits or there are too few in-times."""
    starts = {cue.start for cue in cues}
    if len(starts) < ENOUGH_STARTS:
        return None
    return next((rate for rate in COMMON_RATES if not any(frame_offset(start, rate) for start in starts)), None)
