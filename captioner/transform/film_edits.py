"""Cues after the film was edited: a stretch cut out or kept, another film appended, two files merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from captioner.text.joining import space_between
from captioner.transform.cue_wording import with_text
from captioner.transform.joined_cues import joined_cue
from captioner.transform.shifted_times import moved_cues
from captioner.transform.transformation import CaptionStyle
from captioner.values import Cue, Span

ENDLESS = 1e9
"""Seconds after which no film goes on."""


@dataclass(frozen=True)
class StretchOfTime:
    """Options of `cut` and `keep`. Raises `ValueError` for an end that does not follow the start."""

    start: float
    """Seconds."""

    end: float
    """Seconds."""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"the end, {self.end:g} s, must come after the start, {self.start:g} s")


@dataclass(frozen=True)
class OtherCues:
    """Options of `append` and `merge`."""

    cues: Sequence[Cue]
    """The cues of the other file."""

    at: float | None = None
    """The second at which its film begins; None for the end of the last cue before it (`append`) or 0 (`merge`)."""


def cut(cues: Sequence[Cue], options: StretchOfTime, style: CaptionStyle) -> list[Cue]:
    """Return the cues of a film from which a stretch was cut out. What is said in the stretch goes."""
    length = options.end - options.start
    kept = []
    for cue in cues:
        before, after = _within([cue], Span(0.0, options.start)), _within([cue], Span(options.end, ENDLESS))
        closed_up = moved_cues(after, lambda seconds: seconds - length)
        kept += [joined_halves(*before, *closed_up)] if before and closed_up else [*before, *closed_up]
    return kept


def joined_halves(before: Cue, after: Cue) -> Cue:
    """Return what is left of a cue on both sides of a cut. Without word times both sides have all of its text."""
    if before.words and after.words:
        return joined_cue(before, after, space_between(before.text, after.text))
    return replace(before, end=after.end)


def keep(cues: Sequence[Cue], options: StretchOfTime, style: CaptionStyle) -> list[Cue]:
    """Return the cues of a stretch of a film, which begins at 0."""
    within = _within(cues, Span(options.start, options.end))
    return moved_cues(within, lambda seconds: seconds - options.start)


def append(cues: Sequence[Cue], options: OtherCues, style: CaptionStyle) -> list[Cue]:
    """Return the cues and, after them, those of another film."""
    at = max((cue.end for cue in cues), default=0.0) if options.at is None else options.at
    return [*cues, *moved_cues(options.cues, lambda seconds: seconds + at)]


def merge(cues: Sequence[Cue], options: OtherCues, style: CaptionStyle) -> list[Cue]:
    """Return the cues of both files, by their start."""
    other = moved_cues(options.cues, lambda seconds: seconds + (options.at or 0.0))
    return sorted([*cues, *other], key=lambda cue: cue.start)


def _within(cues: Sequence[Cue], stretch: Span) -> list[Cue]:
    """Return the cues in a stretch. Of a cue that reaches out of it the words inside stay; without word times, all."""
    kept = []
    for cue in cues:
        start, end = max(cue.start, stretch.start), min(cue.end, stretch.end)
        if start >= end:
            continue
        said = [word for word in cue.words if stretch.start <= (word.start + word.end) / 2 < stretch.end]
        text = "".join(word.text for word in said).strip() if cue.words else cue.text
        if text:
            kept.append(with_text(replace(cue, start=start, end=end), text))
    return kept
