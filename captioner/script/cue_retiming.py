"""Gives the cues of an old caption file, otherwise unchanged, the times at which their words are said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from captioner.script.character_times import CharacterTimes
from captioner.script.placement import MissingText, ScriptPlacement
from captioner.values import Cue, RegionReport, Segment, Span

_SEPARATOR = "\n"

_SHORTEST = 0.001
"""Seconds that a cue lasts at least."""


def script_of_cues(cues: Sequence[Cue]) -> str:
    """Return the script of `cues`: their texts joined by line breaks."""
    return _SEPARATOR.join(cue.text for cue in cues)


def retime_cues(
    cues: Sequence[Cue], placement: ScriptPlacement, regions: Sequence[RegionReport], segments: Sequence[Segment]
) -> tuple[list[Cue], list[MissingText]]:
    """Return the retimed cues, and the cues without anything to say.

    A retimed cue lasts from the start of its first word to the end of its last. A cue whose text is missing in
    `placement` is left out. A cue without anything to say, as a lone note, is returned as missing text.

    `placement` is that of `script_of_cues(cues)` over `regions`; `segments` are those of the same regions, with words.
    """
    times = _unit_times(placement, regions, segments)
    positions = [position for position, _ in times]
    retimed: list[Cue] = []
    wordless: list[MissingText] = []
    first = 0
    for cue in cues:
        last = first + len(cue.text)
        low, high = bisect_left(positions, first), bisect_left(positions, last)
        if low < high:
            start, end = times[low][1].start, times[high - 1][1].end
            retimed.append(replace(cue, start=start, end=max(end, start + _SHORTEST), words=()))
        elif not any(part.first < last and first < part.last for part in placement.missing):
            wordless.append(MissingText(first, last, retimed[-1].end if retimed else 0.0))
        first = last + len(_SEPARATOR)
    return retimed, wordless


def _unit_times(
    placement: ScriptPlacement, regions: Sequence[RegionReport], segments: Sequence[Segment]
) -> list[tuple[int, Span]]:
    """Return (position in the script, time) of every placed unit."""
    by_start = {segment.start: segment for segment in segments}
    times = {region.index: CharacterTimes(by_start[region.start]) for region in regions if region.start in by_start}
    return [(unit.position, Span(*times[unit.region].span(unit.first, unit.last))) for unit in placement.units]
