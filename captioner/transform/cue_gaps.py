"""Durations of cues and gaps between them. Only out-times move: in-times are where speech begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from captioner.transform.transformation import SHORTEST, CaptionStyle
from captioner.values import Cue


@dataclass(frozen=True)
class DurationOptions:
    """Options of `adjust-durations`; None is the rule of the profile."""

    minimum: float | None = None
    """Seconds that a cue is shown at least."""

    maximum: float | None = None
    """Seconds that a cue is shown at most."""

    read: bool = True
    """Whether a cue stays until it can be read."""


@dataclass(frozen=True)
class GapOptions:
    """Options of `min-gap`."""

    seconds: float | None = None
    """Between two cues at least; None for the gap of the profile."""


@dataclass(frozen=True)
class BridgeOptions:
    """Options of `bridge-gaps`."""

    longest: float | None = None
    """Seconds: shorter gaps are closed to the gap of the profile; None for the limit of the profile."""


def adjust_durations(cues: Sequence[Cue], options: DurationOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, each long enough to be read and not too long; none reaches into the gap before the next."""
    profile = style.profile
    minimum = profile.minimum_duration if options.minimum is None else options.minimum
    maximum = profile.maximum_duration if options.maximum is None else options.maximum

    def end(cue: Cue) -> float:
        reading = profile.reading_time(cue.text) if options.read else 0.0
        return cue.start + min(max(cue.duration, minimum, reading), maximum)

    return _with_ends(cues, [end(cue) for cue in cues], style.gap)


def keep_gaps(cues: Sequence[Cue], options: GapOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, each ending early enough to leave the gap before the next, but by at most half of it."""
    gap = style.gap if options.seconds is None else options.seconds
    ends = [
        min(cue.end, max(following.start - gap, cue.start + (following.start - cue.start) / 2))
        if cue.start < following.start < cue.end + gap
        else cue.end
        for cue, following in pairwise(cues)
    ]
    return [_ending(cue, end) for cue, end in zip(cues, [*ends, *(cue.end for cue in cues[-1:])], strict=True)]


def bridge_gaps(cues: Sequence[Cue], options: BridgeOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, those that end shortly before the next one lasting until the gap before it."""
    longest = style.profile.chain if options.longest is None else options.longest
    ends = [
        following.start - style.gap if style.gap < following.start - cue.end <= longest else cue.end
        for cue, following in pairwise(cues)
    ]
    return [_ending(cue, end) for cue, end in zip(cues, [*ends, *(cue.end for cue in cues[-1:])], strict=True)]


def _with_ends(cues: Sequence[Cue], ends: Sequence[float], gap: float) -> list[Cue]:
    """Return the cues with other out-times; one that becomes longer leaves the gap before the next."""
    limits = [max(cue.end, following.start - gap) for cue, following in pairwise(cues)]
    latest = [*limits, *(float("inf") for _ in cues[-1:])]
    return [_ending(cue, min(end, limit)) for cue, end, limit in zip(cues, ends, latest, strict=True)]


def _ending(cue: Cue, end: float) -> Cue:
    end = round(max(end, cue.start + SHORTEST), 6)
    return cue if abs(end - cue.end) < SHORTEST / 2 else replace(cue, end=end)
