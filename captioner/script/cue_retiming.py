"""The cues of an old caption file, as they are, at the times at which their words are said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from captioner.script.character_times import CharacterTimes
from captioner.script.placement import Missing, ScriptPlacement
from captioner.values import Cue, RegionReport, Segment, Span

_BETWEEN = "\n"


def script_of_cues(cues: Sequence[Cue]) -> str:
    """The text of all cues, one after another: the script that they are."""
    return _BETWEEN.join(cue.text for cue in cues)


def retime_cues(
    cues: Sequence[Cue], laid: ScriptPlacement, regions: Sequence[RegionReport], segments: Sequence[Segment]
) -> tuple[list[Cue], list[Missing]]:
    """The cues of which something is said, in order, each from its first word to the end of its last; and those that
    have no word to say, as a lone note, which are not among the missing of `laid`.

    `laid` is their `joined` text over the `regions`, `segments` the same regions with their words in time.
    """
    spoken = _spoken(laid, regions, segments)
    firsts = [place for place, _ in spoken]
    timed: list[Cue] = []
    mute: list[Missing] = []
    first = 0
    for cue in cues:
        last = first + len(cue.text)
        low, high = bisect_left(firsts, first), bisect_left(firsts, last)
        if low < high:
            start, end = spoken[low][1].start, spoken[high - 1][1].end
            timed.append(replace(cue, start=start, end=max(end, start + 0.001), words=()))
        elif not any(gap.first < last and first < gap.last for gap in laid.missing):
            mute.append(Missing(first, last, timed[-1].end if timed else 0.0))
        first = last + len(_BETWEEN)
    return timed, mute


def _spoken(
    laid: ScriptPlacement, regions: Sequence[RegionReport], segments: Sequence[Segment]
) -> list[tuple[int, Span]]:
    """Every unit that is said: its place in the script, and when it is said."""
    by_start = {segment.start: segment for segment in segments}
    clocks = {r.index: CharacterTimes(by_start[r.start]) for r in regions if r.start in by_start}
    return [(place.script, Span(*clocks[place.region].span(place.first, place.last))) for place in laid.places]
