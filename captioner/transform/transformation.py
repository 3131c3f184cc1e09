"""What all operations on cues have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from captioner.profiles import Profile
from captioner.values import Cue

SHORTEST = 0.001
"""Seconds: the shortest cue that a file can hold."""


@dataclass(frozen=True)
class CaptionStyle:
    """What operations know of the captions beside the cues."""

    profile: Profile

    language: str | None = None
    """BCP 47 tag."""

    frame_rate: Fraction | None = None
    """Frames a second; None for milliseconds."""

    shot_changes: tuple[float, ...] = ()
    """Seconds at which the picture cuts."""

    @property
    def gap(self) -> float:
        """The least time between two cues, in seconds."""
        return float(self.profile.gap_at(self.frame_rate))


Operation = Callable[[Sequence[Cue], Any, CaptionStyle], list[Cue]]
"""Takes cues in order of their start, options, and the style; returns cues."""


@dataclass(frozen=True)
class Transformation:
    """An operation on cues."""

    name: str

    run: Operation

    options: type[Any]
    """The dataclass of its options."""

    summary: str
    """What it does, for people."""

    moves_all: bool = False
    """Whether it also changes locked cues: if they stayed, they would no longer fit the media."""


def between_fixed(
    cues: Sequence[Cue],
    is_fixed: Callable[[Cue], bool],
    operation: Callable[[Sequence[Cue]], Sequence[Cue]],
    gap: float,
) -> list[Cue]:
    """Return the cues after an operation on each run of cues between those that stay.

    The last cue of a run ends `gap` seconds or more before the cue that follows, unless it came closer before.
    """
    runs = [(fixed, list(run)) for fixed, run in groupby(cues, is_fixed)]
    changed: list[Cue] = []
    for number, (fixed, run) in enumerate(runs):
        if fixed:
            changed += run
            continue
        following = runs[number + 1][1][0] if number + 1 < len(runs) else None
        result = list(operation(run))
        changed += result if following is None else _ending_before(result, run, following, gap)
    return changed


def _ending_before(result: Sequence[Cue], run: Sequence[Cue], following: Cue, gap: float) -> Iterator[Cue]:
    """Yield the cues of a run, none of them later than it was before the cue that follows."""
    latest = max(following.start - gap, *(cue.end for cue in run)) if run else following.start - gap
    for cue in result:
        end = max(min(cue.end, latest), cue.start + SHORTEST)
        yield cue if end == cue.end else replace(cue, end=round(end, 6))
