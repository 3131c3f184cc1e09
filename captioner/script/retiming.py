"""The cues of an old caption file, as they are, at the times at which their words are said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from captioner.script.clock import TextClock
from captioner.script.laying import Laid
from captioner.values import Cue, RegionReport, Segment, Span

_BETWEEN = "\n"


def joined(cues: Sequence[Cue]) -> str:
    """The text of all cues, one after another: the script that they are."""
    return _BETWEEN.join(cue.text for cue in cues)


def retimed(cues: Sequence[Cue], laid: Laid, regions: Sequence[RegionReport], segments: Sequence[Segment]) -> list[Cue]:
    """The cues of which something is said, in order, each from its first word to the end of its last.

    `laid` is their `joined` text over the `regions`, `segments` the same regions with their words in time.
    """
    spoken = _spoken(laid, regions, segments)
    firsts = [place for place, _ in spoken]
    timed = []
    offset = 0
    for cue in cues:
        low, high = (bisect_left(firsts, offset + edge) for edge in (0, len(cue.text)))
        offset += len(cue.text) + len(_BETWEEN)
        if low < high:
            start, end = spoken[low][1].start, spoken[high - 1][1].end
            timed.append(replace(cue, start=start, end=max(end, start + 0.001), words=()))
    return timed


def _spoken(laid: Laid, regions: Sequence[RegionReport], segments: Sequence[Segment]) -> list[tuple[int, Span]]:
    """Every unit that is said: its place in the script, and when it is said."""
    by_start = {segment.start: segment for segment in segments}
    texts = {region.index: by_start[region.start] for region in regions if region.start in by_start}
    clocks = {index: TextClock(segment) for index, segment in texts.items()}
    spoken = []
    for (place, region, first), following in zip(laid.places, [*laid.places[1:], None], strict=True):
        last = following[2] if following and following[1] == region else len(texts[region].text)
        spoken.append((place, Span(*clocks[region].span(first, last))))
    return spoken
