"""The cues of an old caption file, as they are, at the times at which their words are said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from captioner.profiles import Profile
from captioner.script.clock import TextClock
from captioner.script.laying import Laid
from captioner.values import Cue, RegionReport, Segment, Span

_BETWEEN = "\n"


def joined(cues: Sequence[Cue]) -> str:
    """The text of all cues, one after another: the script that they are."""
    return _BETWEEN.join(cue.text for cue in cues)


def retimed(
    cues: Sequence[Cue], laid: Laid, regions: Sequence[RegionReport], segments: Sequence[Segment], profile: Profile
) -> list[Cue]:
    """The cues of which something is said, in order, none over another, each long enough to be read if there is time.

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
            timed.append((cue, start, max(end, start + 0.001)))
    latest = [*(start - profile.gap for _, start, _ in timed[1:]), inf]
    return [
        replace(cue, start=start, end=_out_time(cue, start, end, limit, profile), words=())
        for (cue, start, end), limit in zip(timed, latest, strict=True)
    ]


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


def _out_time(cue: Cue, start: float, end: float, limit: float, profile: Profile) -> float:
    """When a cue goes whose words end at `end`: when it is read, before `limit`, to which a short gap is closed."""
    stays = max(end, min(_readable(cue, start, end, profile), limit))
    closes = stays <= limit < stays + profile.chain - profile.gap and limit - start <= profile.maximum_duration
    return limit if closes else stays


def _readable(cue: Cue, start: float, end: float, profile: Profile) -> float:
    """When a cue has been read, but no later than `tail` after its last word."""
    read = min(start + profile.characters(cue.text) / profile.cps, end + profile.tail)
    return max(start + profile.minimum_duration, read)
