"""The rules of time: order, overlaps, gaps, durations, reading speed, frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from captioner.lint.frame_rate_guess import SLACK, frame_rate_of, off_frame
from captioner.lint.rules import Finding
from captioner.profiles import Profile
from captioner.values import Cue, Position

Neighbours = tuple[int, int]


def time_findings(cues: Sequence[Cue], profile: Profile, frame_rate: Fraction | None) -> Iterator[Finding]:
    """All that is wrong with the times, rule by rule; `frame_rate` is None where cues need not lie on frames."""
    yield from _out_of_order(cues)
    gap = least_gap(cues, profile, frame_rate)
    for earlier, later in neighbours(cues):
        yield from _between(cues, earlier, later, gap, profile)
    for index, cue in enumerate(cues):
        yield from _durations(index, cue, profile)
        if frame_rate is not None:
            yield from _off_frames(index, cue, frame_rate)


def neighbours(cues: Sequence[Cue]) -> Iterator[Neighbours]:
    """For each cue by its in-time, the one that stood longest of those before it at the same place, and itself."""
    standing: dict[Position, int] = {}
    for index in sorted(range(len(cues)), key=lambda index: cues[index].start):
        place = cues[index].position or Position()
        before = standing.get(place)
        if before is not None:
            yield before, index
        if before is None or cues[index].end >= cues[before].end:
            standing[place] = index


def least_gap(cues: Sequence[Cue], profile: Profile, frame_rate: Fraction | None) -> float:
    """Seconds that must be between two cues; where nobody says the rate, so many frames of the one they lie on do."""
    rates = (frame_rate,) if frame_rate is not None else (None, frame_rate_of(cues))
    return float(min(map(profile.gap_at, rates)))


def gap_between(before: Cue, after: Cue) -> float:
    """Seconds, negative where they overlap; less than half a millisecond is none."""
    gap = after.start - before.end
    return 0.0 if abs(gap) < 0.0005 else gap


def closes_chain(before: Cue, after: Cue, gap: float, profile: Profile) -> bool:
    """Whether the gap between two cues is one that is closed, and the earlier may stay so long.

    The profile's own gap is closed, even where the cues happen to lie on frames of which fewer would do.
    """
    in_chain = max(gap, profile.gap) + SLACK < gap_between(before, after) < profile.chain - SLACK
    return in_chain and after.start - gap - before.start <= profile.maximum_duration


def _out_of_order(cues: Sequence[Cue]) -> Iterator[Finding]:
    for index, (before, after) in enumerate(pairwise(cues), 1):
        if after.start < before.start:
            early = before.start - after.start
            message = f"comes {early:.3f} s before the cue above it"
            yield Finding("order", index, after.start, after.end, -round(early, 3), 0.0, "s", message)


def _between(cues: Sequence[Cue], earlier: int, later: int, least: float, profile: Profile) -> Iterator[Finding]:
    before, after = cues[earlier], cues[later]
    gap = gap_between(before, after)
    if gap < 0:
        message = f"comes {-gap:.3f} s before cue {earlier + 1} goes"
        yield Finding("overlap", later, after.start, after.end, round(gap, 3), 0.0, "s", message)
    elif gap < least - SLACK:
        message = f"gap of {gap:.3f} s, at least {least:.3f} s"
        yield Finding("short-gap", later, after.start, after.end, round(gap, 3), round(least, 3), "s", message)
    elif closes_chain(before, after, least, profile):
        message = f"gap of {gap:.3f} s, below {profile.chain:.3f} s closed to {least:.3f} s"
        yield Finding("chain-gap", later, after.start, after.end, round(gap, 3), round(least, 3), "s", message)


def _durations(index: int, cue: Cue, profile: Profile) -> Iterator[Finding]:
    where = index, cue.start, cue.end
    least, most = profile.minimum_duration, profile.maximum_duration
    if cue.duration < least - SLACK:
        message = f"stays {cue.duration:.3f} s, at least {least:.3f} s"
        yield Finding("too-short", *where, round(cue.duration, 3), round(least, 3), "s", message)
    if cue.duration > most + SLACK:
        message = f"stays {cue.duration:.3f} s, at most {most:.3f} s"
        yield Finding("too-long", *where, round(cue.duration, 3), round(most, 3), "s", message)
    if is_too_fast(cue, profile):
        yield _too_fast(index, cue, profile)


def is_too_fast(cue: Cue, profile: Profile) -> bool:
    """Whether nobody can read it in its time."""
    return profile.reading_time(cue.text) > cue.duration + SLACK


def _too_fast(index: int, cue: Cue, profile: Profile) -> Finding:
    """The profile counts characters a second, or else words a minute."""
    allowed, unit = (profile.cps, "characters a second") if profile.wpm is None else (profile.wpm, "words a minute")
    speed = allowed * profile.reading_time(cue.text) / cue.duration
    digits = 1 if round(speed, 1) > allowed else 3  # or what is too fast would read as what is allowed
    message = f"{speed:.{digits}f} {unit}, at most {allowed:g}"
    return Finding("reading-speed", index, cue.start, cue.end, round(speed, digits), allowed, unit, message)


def _off_frames(index: int, cue: Cue, frame_rate: Fraction) -> Iterator[Finding]:
    for name, time in (("in-time", cue.start), ("out-time", cue.end)):
        if off := off_frame(time, frame_rate):
            message = f"{name} {abs(off) * 1000:.0f} ms {'after' if off > 0 else 'before'} the nearest frame"
            yield Finding("frame-grid", index, cue.start, cue.end, round(off, 3), 0.0, "s", message)
