"""The rules about times: order, overlaps, gaps, durations, reading speed, frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from captioner.lint.frame_grid import TOLERANCE, frame_offset, infer_frame_rate
from captioner.lint.rules import Finding
from captioner.profiles import Profile
from captioner.values import Cue, Position

CuePair = tuple[int, int]
"""The indexes of two cues, the earlier one first."""


def timing_findings(cues: Sequence[Cue], profile: Profile, frame_rate: Fraction | None) -> Iterator[Finding]:
    """Yield the findings about times, rule by rule; without a `frame_rate`, cues need not be on frames."""
    yield from _order_findings(cues)
    gap = minimum_gap(cues, profile, frame_rate)
    for earlier, later in neighbours(cues):
        yield from _gap_findings(cues, (earlier, later), gap, profile)
    for index, cue in enumerate(cues):
        yield from _duration_findings(index, cue, profile)
        if frame_rate is not None:
            yield from _frame_findings(index, cue, frame_rate)


def neighbours(cues: Sequence[Cue]) -> Iterator[CuePair]:
    """For each cue by its in-time: the cue before it at the same position that ends last, and the cue itself."""
    last_shown: dict[Position, int] = {}
    for index in sorted(range(len(cues)), key=lambda index: cues[index].start):
        position = cues[index].position or Position()
        before = last_shown.get(position)
        if before is not None:
            yield before, index
        if before is None or cues[index].end >= cues[before].end:
            last_shown[position] = index


def minimum_gap(cues: Sequence[Cue], profile: Profile, frame_rate: Fraction | None) -> float:
    """Return the seconds that must be between two cues.

    Without a `frame_rate`, a gap in frames at the inferred rate is enough.
    """
    rates = (frame_rate,) if frame_rate is not None else (None, infer_frame_rate(cues))
    return float(min(map(profile.gap_at, rates)))


def gap_between(before: Cue, after: Cue) -> float:
    """Seconds, negative for an overlap; less than half a millisecond counts as 0."""
    gap = after.start - before.end
    return 0.0 if abs(gap) < 0.0005 else gap


def closes_chain(before: Cue, after: Cue, gap: float, profile: Profile) -> bool:
    """Return whether a gap should be closed to `gap` seconds, and the earlier cue may last that long.

    It is compared with the profile's own gap as well, which may be longer than the same number of frames.
    """
    in_chain = max(gap, profile.gap) + TOLERANCE < gap_between(before, after) < profile.chain - TOLERANCE
    return in_chain and after.start - gap - before.start <= profile.maximum_duration


def _order_findings(cues: Sequence[Cue]) -> Iterator[Finding]:
    for index, (before, after) in enumerate(pairwise(cues), 1):
        if after.start < before.start:
            early = before.start - after.start
            message = f"starts {early:.3f} s before the cue above it"
            yield Finding("order", index, after.start, after.end, -round(early, 3), 0.0, "s", message)


def _gap_findings(cues: Sequence[Cue], pair: CuePair, minimum: float, profile: Profile) -> Iterator[Finding]:
    earlier, later = pair
    before, after = cues[earlier], cues[later]
    gap = gap_between(before, after)
    if gap < 0:
        message = f"starts {-gap:.3f} s before cue {earlier + 1} ends"
        yield Finding("overlap", later, after.start, after.end, round(gap, 3), 0.0, "s", message)
    elif gap < minimum - TOLERANCE:
        message = f"gap of {gap:.3f} s, minimum {minimum:.3f} s"
        yield Finding("short-gap", later, after.start, after.end, round(gap, 3), round(minimum, 3), "s", message)
    elif closes_chain(before, after, minimum, profile):
        message = f"gap of {gap:.3f} s, close gaps below {profile.chain:.3f} s to {minimum:.3f} s"
        yield Finding("chain-gap", later, after.start, after.end, round(gap, 3), round(minimum, 3), "s", message)


def _duration_findings(index: int, cue: Cue, profile: Profile) -> Iterator[Finding]:
    where = index, cue.start, cue.end
    minimum, maximum = profile.minimum_duration, profile.maximum_duration
    if cue.duration < minimum - TOLERANCE:
        message = f"lasts {cue.duration:.3f} s, minimum {minimum:.3f} s"
        yield Finding("too-short", *where, round(cue.duration, 3), round(minimum, 3), "s", message)
    if cue.duration > maximum + TOLERANCE:
        message = f"lasts {cue.duration:.3f} s, maximum {maximum:.3f} s"
        yield Finding("too-long", *where, round(cue.duration, 3), round(maximum, 3), "s", message)
    if is_too_fast(cue, profile):
        yield _too_fast(index, cue, profile)


def is_too_fast(cue: Cue, profile: Profile) -> bool:
    """Return whether reading the cue takes longer than it lasts."""
    return profile.reading_time(cue.text) > cue.duration + TOLERANCE


def _too_fast(index: int, cue: Cue, profile: Profile) -> Finding:
    """Return the finding in characters a second or, if the profile counts them, in words a minute."""
    allowed, unit = (profile.cps, "characters a second") if profile.wpm is None else (profile.wpm, "words a minute")
    speed = allowed * profile.reading_time(cue.text) / cue.duration
    digits = 1 if round(speed, 1) > allowed else 3  # one digit must not make it look like the maximum
    message = f"{speed:.{digits}f} {unit}, maximum {allowed:g}"
    return Finding("reading-speed", index, cue.start, cue.end, round(speed, digits), allowed, unit, message)


def _frame_findings(index: int, cue: Cue, frame_rate: Fraction) -> Iterator[Finding]:
    for name, time in (("in-time", cue.start), ("out-time", cue.end)):
        if offset := frame_offset(time, frame_rate):
            message = f"{name} {abs(offset) * 1000:.0f} ms {'after' if offset > 0 else 'before'} the nearest frame"
            yield Finding("frame-grid", index, cue.start, cue.end, round(offset, 3), 0.0, "s", message)
