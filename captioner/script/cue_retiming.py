"""Gives the cues of an old caption file, otherwise unchanged, the times at which their words are said."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from captioner.script.character_times import CharacterTimes
from captioner.script.placement import MissingText, ScriptPlacement
from captioner.values import Cue, RegionReport, Segment, Span

_SEPARATOR = "\n"

_SHORTEST = 0.001
"""Seconds that a cue lasts at least."""


class RetimedCues(NamedTuple):
    """The cues of an old file at new times."""

    cues: list[Cue]
    """In order; they do not overlap."""
    beside: list[Cue]
    """Cues without words that were shown at the same time as words, as "[MUSIC]", and still are."""
    missing: list[MissingText]
    """Cues without words that have no neighbour to go by."""


@dataclass(frozen=True)
class _Moved:
    """A cue with words: its old times and its new ones, in seconds."""

    old: Cue
    new: Cue


def script_of_cues(cues: Sequence[Cue]) -> str:
    """Return the script of `cues`: their texts joined by line breaks."""
    return _SEPARATOR.join(cue.text for cue in cues)


def retime_cues(
    cues: Sequence[Cue], placement: ScriptPlacement, regions: Sequence[RegionReport], segments: Sequence[Segment]
) -> RetimedCues:
    """Return the retimed cues, and the cues that could not be placed.

    A cue lasts from the start of its first word to the end of its last. A cue whose text is missing in `placement` is
    left out. A cue without anything to say, as a sound or a lone note, moves as its neighbours do.

    `placement` is that of `script_of_cues(cues)` over `regions`; `segments` are those of the same regions, with words.
    """
    times = _unit_times(placement, regions, segments)
    positions = [position for position, _ in times]
    spoken: list[_Moved] = []
    wordless: list[tuple[Cue, int]] = []
    first = 0
    for cue in cues:
        last = first + len(cue.text)
        low, high = bisect_left(positions, first), bisect_left(positions, last)
        if low < high:
            start, end = times[low][1].start, times[high - 1][1].end
            spoken.append(_Moved(cue, replace(cue, start=start, end=max(end, start + _SHORTEST), words=())))
        elif not any(part.first < last and first < part.last for part in placement.missing):
            wordless.append((cue, first))
        first = last + len(_SEPARATOR)
    if not spoken:
        return RetimedCues([], [], [MissingText(first, first + len(cue.text), 0.0) for cue, first in wordless])
    in_order = [moved.new for moved in spoken]
    beside: list[Cue] = []
    for cue, _ in wordless:
        overlaps = any(cue.start < moved.old.end and moved.old.start < cue.end for moved in spoken)
        (beside if overlaps else in_order).append(_moved_between(cue, spoken))
    return RetimedCues(sorted(in_order, key=lambda cue: cue.start), beside, [])


def _moved_between(cue: Cue, spoken: Sequence[_Moved]) -> Cue:
    """Return a cue without words, moved as the cues beside it were.

    It starts after the words before it, if half of its time then remains, and ends before the words after it.
    """
    starts = [moved.old.start for moved in spoken]
    shift = float(np.interp(cue.start, starts, [moved.new.start - moved.old.start for moved in spoken]))
    start = max(0.0, cue.start + shift)
    end = start + cue.duration
    index = bisect_right(starts, cue.start)
    if index and spoken[index - 1].old.end <= cue.start:
        start = max(start, min(spoken[index - 1].new.end, (start + end) / 2))
    if index < len(spoken) and cue.end <= spoken[index].old.start:
        end = max(min(end, spoken[index].new.start), start + _SHORTEST)
    return replace(cue, start=start, end=end, words=())


def _unit_times(
    placement: ScriptPlacement, regions: Sequence[RegionReport], segments: Sequence[Segment]
) -> list[tuple[int, Span]]:
    """Return (position in the script, time) of every placed unit."""
    by_start = {segment.start: segment for segment in segments}
    times = {region.index: CharacterTimes(by_start[region.start]) for region in regions if region.start in by_start}
    return [(unit.position, Span(*times[unit.region].span(unit.first, unit.last))) for unit in placement.units]
