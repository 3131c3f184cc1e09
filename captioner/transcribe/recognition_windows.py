"""Recognition windows: neighbouring speech regions as one clip, with a map of times between the clip and the media.

A recogniser understands speech better with the sentences around it, and some models need as long for a second of audio
as for thirty. So regions are joined up to the length that a backend likes. The silence between them is left out except
for a short rest, so that it is neither paid nor a reason to invent text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from captioner.values import Audio, Span

LONGEST_SILENCE = 3.0
"""Seconds of silence across which regions are not joined: what follows is often another scene."""

KEPT_SILENCE = 0.1
"""The most seconds of silence between two regions in a window, beside the quiet edges of the regions themselves."""

LOOKAHEAD = 1.5
"""Times the length of a window: so much speech is known, if there is as much, before a window is cut off."""


@dataclass(frozen=True, eq=False)
class Window:
    """Speech regions that are recognised together, in one clip."""

    clip: Audio
    """The audio of the regions with short silences between them. It starts when the first region does."""

    regions: tuple[Audio, ...]
    """The regions in order, at their times in the media. Their samples are views of those of `clip`."""

    spans: tuple[Span, ...]
    """The span of each region on the clock of the clip."""

    @property
    def silences(self) -> tuple[Span, ...]:
        """The silences between the regions on the clock of the clip."""
        return tuple(Span(one.end, other.start) for one, other in pairwise(self.spans) if one.end < other.start)

    def media_time(self, time: float) -> float:
        """Return the second of the media at a second on the clock of the clip. A longer silence runs faster."""
        return _mapped(time, self.spans, self.regions)

    def clip_time(self, time: float) -> float:
        """Return the second on the clock of the clip at a second of the media, which must not lie before it."""
        return _mapped(time, self.regions, self.spans)

    def part(self, first: int, last: int) -> Window:
        """Return a window of the regions from index `first` up to, but not including, `last`."""
        return self if (first, last) == (0, len(self.regions)) else join(self.regions[first:last])

    def divided(self) -> Iterator[Window]:
        """Yield a window for each region."""
        return (join([region]) for region in self.regions)


def _mapped(time: float, source: Sequence[Span | Audio], target: Sequence[Span | Audio]) -> float:
    """Return `time` moved from the clock of the `source` spans to that of the `target` spans, which are as long."""
    index = max(0, bisect_right(source, time, key=lambda span: span.start) - 1)
    one, other = source[index], target[index]
    if time <= one.end or index + 1 == len(source):
        return other.start + (time - one.start)
    share = (time - one.end) / (source[index + 1].start - one.end)
    return other.end + share * (target[index + 1].start - other.end)


def join(regions: Sequence[Audio]) -> Window:
    """Return the window of `regions`, of which there is at least one. A single region is its own clip."""
    if len(regions) == 1:
        (region,) = regions
        return Window(region, (region,), (Span(region.start, region.end),))
    rate = regions[0].sample_rate
    pieces, starts, position = [regions[0].samples], [0], len(regions[0].samples)
    for before, region in pairwise(regions):
        silence = round(rate * min(KEPT_SILENCE, max(0.0, region.start - before.end)))
        pieces += [np.zeros(silence, np.float32), region.samples]
        starts.append(position + silence)
        position += silence + len(region.samples)
    clip = Audio(np.concatenate(pieces), rate, regions[0].start)
    views = [
        Audio(clip.samples[start : start + len(region.samples)], rate, region.start)
        for start, region in zip(starts, regions, strict=True)
    ]
    spans = [
        Span(clip.time_of(start), clip.time_of(start + len(region.samples)))
        for start, region in zip(starts, regions, strict=True)
    ]
    return Window(clip, tuple(views), tuple(spans))


def windows_of(regions: Iterable[Audio], longest: float | None) -> Iterator[Window]:
    """Yield windows of at most `longest` seconds, in order; None for a window for each region.

    Every region is in one window. None is joined across `LONGEST_SILENCE`. Where more regions than fit are neighbours,
    a window ends at the longest silence in its second half. Lazy: holds at most `LOOKAHEAD` windows and a region.
    """
    if longest is None:
        yield from (join([region]) for region in regions)
        return
    waiting: list[Audio] = []
    for region in regions:
        if waiting and region.start - waiting[-1].end > LONGEST_SILENCE:
            yield from _cut(waiting, longest, 0.0)
        waiting.append(region)
        yield from _cut(waiting, longest, LOOKAHEAD * longest)
    yield from _cut(waiting, longest, 0.0)


def _cut(waiting: list[Audio], longest: float, kept: float) -> Iterator[Window]:
    """Take windows off the front of `waiting` until no more than `kept` seconds are left."""
    while waiting and _joined_seconds(waiting) > kept:
        count = _regions_in_window(waiting, longest)
        yield join(waiting[:count])
        del waiting[:count]


def _joined_seconds(regions: Sequence[Audio]) -> float:
    silences = (min(KEPT_SILENCE, max(0.0, after.start - before.end)) for before, after in pairwise(regions))
    return sum(region.duration for region in regions) + sum(silences)


def _regions_in_window(regions: Sequence[Audio], longest: float) -> int:
    """Return how many of the first regions make the next window.

    The cut lies at the longest silence at which the window is at least half full and a quarter of a window remains.
    """
    total = _joined_seconds(regions)
    if total <= longest:
        return len(regions)
    fitting = [count for count in range(1, len(regions)) if _joined_seconds(regions[:count]) <= longest] or [1]
    good = [
        count
        for count in fitting
        if _joined_seconds(regions[:count]) >= longest / 2 and total - _joined_seconds(regions[:count]) >= longest / 4
    ]
    return max(good or fitting[-1:], key=lambda count: (regions[count].start - regions[count - 1].end, count))
