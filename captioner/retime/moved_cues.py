"""Moves cues to the times of a retiming, and says in words how they were moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from captioner.retime.pause_retiming import RetimedPart, Retiming
from captioner.timestamps import format_clock
from captioner.values import Cue, Word

_SHORTEST = 0.001
"""Seconds that a cue lasts at least."""


class MovedCues(NamedTuple):
    """The cues of a file at their new times."""

    cues: tuple[Cue, ...]
    """In order."""
    missing: tuple[Cue, ...]
    """At their old times, the cues whose scene is missing, or that would end before 0."""


def move_cues(cues: Sequence[Cue], spoken: Sequence[int], retiming: Retiming) -> MovedCues:
    """Return `cues`, which are in order, at their new times.

    `spoken` are the numbers of the cues whose times gave the `retiming`. All other cues, as sounds, move like the
    nearest of them. Cues of two parts do not overlap.
    """
    part_of = {number: part for part in retiming.parts for number in spoken[part.first : part.last]}
    moved: list[tuple[Cue, RetimedPart]] = []
    missing = []
    for number, cue in enumerate(cues):
        part = part_of.get(_nearest(cues, spoken, number))
        if part is None or part.at(cue.end) <= 0:
            missing.append(cue)
        else:
            moved.append((_moved(cue, part), part))
    moved.sort(key=lambda pair: pair[0].start)
    result = [cue for cue, _ in moved]
    for index, ((cue, part), (after, other)) in enumerate(pairwise(moved)):
        if other is not part and after.start < cue.end:
            result[index] = _ended(cue, after.start)
    return MovedCues(tuple(result), tuple(missing))


def describe_retiming(retiming: Retiming, cues: Sequence[Cue]) -> str:
    """Return how the times changed: "moved by -3.00 s", with the speed, and by part where there are several.

    `cues` are those whose times gave the `retiming`.
    """
    rate = retiming.parts[0].rate
    stretch = "" if rate == 1 else f"stretched to {float(rate):.4%} and "
    if len(retiming.parts) == 1:
        return f"{stretch}moved by {retiming.parts[0].offset:+.2f} s"
    moves = (f"those from {format_clock(cues[part.first].start)} on by {part.offset:+.2f} s" for part in retiming.parts)
    return f"{stretch}moved in {len(retiming.parts)} parts: {', '.join(moves)}"


def _nearest(cues: Sequence[Cue], spoken: Sequence[int], number: int) -> int:
    """Return the number of the spoken cue that is nearest in time."""
    place = bisect_left(spoken, number)
    if place < len(spoken) and spoken[place] == number:
        return number
    beside = spoken[max(place - 1, 0) : place + 1]
    cue = cues[number]
    return min(beside, key=lambda other: max(cues[other].start - cue.end, cue.start - cues[other].end))


def _moved(cue: Cue, part: RetimedPart) -> Cue:
    start, end = (max(0.0, part.at(time)) for time in (cue.start, cue.end))
    words = tuple(
        replace(word, start=max(0.0, part.at(word.start)), end=max(0.0, part.at(word.end))) for word in cue.words
    )
    return replace(cue, start=start, end=max(end, start + _SHORTEST), words=words)


def _ended(cue: Cue, end: float) -> Cue:
    """Return the cue with an earlier end; it lasts a moment all the same."""
    end = max(end, cue.start + _SHORTEST)
    words: Iterator[Word] = (replace(word, start=min(word.start, end), end=min(word.end, end)) for word in cue.words)
    return replace(cue, end=end, words=tuple(words))
