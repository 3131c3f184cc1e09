"""Frames: how far a time lies from one, and on which rate's the cues of a file lie where nobody says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from captioner.values import Cue

SLACK = 0.001 + 1e-6
"""Seconds by which a length may be off: both of its ends were rounded to a millisecond when they were written."""

COMMON = tuple(Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"))
"""Frames a second of film, television and the web."""

ENOUGH = 4
"""In-times that tell a rate: so many lie on its frames by chance once in a thousand files."""


def off_frame(seconds: float, frame_rate: Fraction) -> float:
    """Seconds by which a time lies after the nearest frame's, negative before it; 0 where rounding explains it."""
    off = seconds - float(round(seconds * frame_rate) / frame_rate)
    return off if abs(off) > SLACK else 0.0


def frame_rate_of(cues: Sequence[Cue]) -> Fraction | None:
    """The common rate on whose frames all cues come; None where there is none, or too few to tell."""
    starts = {cue.start for cue in cues}
    if len(starts) < ENOUGH:
        return None
    return next((rate for rate in COMMON if not any(off_frame(start, rate) for start in starts)), None)
