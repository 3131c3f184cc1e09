"""Cues at other times: shifted, or stretched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from captioner.transform.transformation import CaptionStyle
from captioner.values import Cue


@dataclass(frozen=True)
class ShiftOptions:
    """Options of `shift`."""

    seconds: float
    """Added to all times."""


@dataclass(frozen=True)
class ShiftFromOptions:
    """Options of `shift-from`."""

    cue: int
    """Number of the first cue that moves, from 1."""

    seconds: float
    """Added to its times and to those of all cues after it."""


@dataclass(frozen=True)
class StretchOptions:
    """Options of `stretch`. Raises `ValueError` for a factor that is not positive."""

    factor: float | str
    """The factor of all times: a number, or a fraction such as "25/24"."""

    origin: float = 0.0
    """The second that stays where it is."""

    def __post_init__(self) -> None:
        try:
            exact = Fraction(self.factor)
        except (ValueError, ZeroDivisionError):
            exact = Fraction(0)
        if not Fraction(1, 100) <= exact <= 100:
            raise ValueError(f"factor must be a number or a fraction from 0.01 to 100, not {self.factor!r}")


def shift(cues: Sequence[Cue], options: ShiftOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues moved in time. A cue that would end before 0 is left out, one that would begin before it
    begins there."""
    return moved_cues(cues, lambda seconds: seconds + options.seconds)


def shift_from(cues: Sequence[Cue], options: ShiftFromOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues, those from a cue on moved in time. Raises `ValueError` if there is no cue of that number."""
    if not 1 <= options.cue <= len(cues):
        raise ValueError(f"there is no cue {options.cue}; number of cues: {len(cues)}")
    first = options.cue - 1
    return [*cues[:first], *moved_cues(cues[first:], lambda seconds: seconds + options.seconds)]


def stretch(cues: Sequence[Cue], options: StretchOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues with the distance of all times to `origin` multiplied."""
    factor, origin = float(Fraction(options.factor)), options.origin
    return moved_cues(cues, lambda seconds: origin + (seconds - origin) * factor)


def moved_cues(cues: Sequence[Cue], move: Callable[[float], float]) -> list[Cue]:
    """Return the cues with other times for them and their words, without those that end before 0."""

    def moved(seconds: float) -> float:
        return max(0.0, round(move(seconds), 6))

    changed = []
    for cue in cues:
        start, end = moved(cue.start), moved(cue.end)
        if start < end:
            words = tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in cue.words)
            changed.append(replace(cue, start=start, end=end, words=words))
    return changed
