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

KEPT_SILENCE = 0.3
"""The most seconds of silence between two regions in a window, beside the quiet edges of the regions themselves.

Measured on the recordings of docs/real-speech.md with 0.1, 0.3 and 0.6 s: Whisper tiny.en has 101, 84 and 86 word
errors in English, alone 85; Whisper base has 109, 94 and 103 errors in recordings of several regions, alone 96.
"""

METERED_SILENCE = 0.1
"""The same for a backend that is paid by the second: all windows together are at most 3 % longer than their regions."""

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

    kept_silence: float = KEPT_SILENCE
    """The most seconds of silence between two regions."""

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

    def region_at(self, time: float) -> int:
        """Return the index of the region nearest to a second on the clock of the clip, the first of equals."""
        spans = self.spans
        return min(range(len(spans)), key=lambda index: max(spans[index].start - time, time - spans[index].end, 0.0))

    def part(self, first: int, last: int) -> Window:
        """Return a window of the regions from index `first` up to, but not including, `last`."""
        return self if (first, last) == (0, len(self.regions)) else join(self.regions[first:last], self.kept_silence)

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


def join(regions: Sequence[Audio], kept_silence: float = KEPT_SILENCE) -> Window:
    """Return the window of `regions`, of which there is at least one. A single region is its own clip."""
    if len(regions) == 1:
        (region,) = regions
        return Window(region, (region,), (Span(region.start, region.end),))
    rate = regions[0].sample_rate
    pieces, starts, position = [regions[0].samples], [0], len(regions[0].samples)
    for before, region in pairwise(regions):
        silence = round(rate * min(kept_silence, max(0.0, region.start - before.end)))
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
    return Window(clip, tuple(views), tuple(spans), kept_silence)


def windows_of(regions: Iterable[Audio], longest: float | None, kept_silence: float = KEPT_SILENCE) -> Iterator[Window]:
    """Yield windows of at most `longest` seconds, in order; None for a window for each region.

    Every region is in one window, a longer one by itself. None is joined across `LONGEST_SILENCE`. Where more regions
    than fit are neighbours, a window ends at the longest silence in its second half. Lazy: holds at most `LOOKAHEAD`
    windows and a region.
    """
    if longest is None:
        yield from (join([region]) for region in regions)
        return
    waiting: list[Audio] = []
    for region in regions:
        if waiting and region.start - waiting[-1].end > LONGEST_SILENCE:
            yield from _cut(waiting, longest, kept_silence, 0.0)
        waiting.append(region)
        yield from _cut(waiting, longest, kept_silence, LOOKAHEAD * longest)
    yield from _cut(waiting, longest, kept_silence, 0.0)


def _cut(waiting: list[Audio], longest: float, kept_silence: float, left: float) -> Iterator[Window]:
    """Take windows off the front of `waiting` until no more than `left` seconds are left."""
    while waiting and _joined_seconds(waiting, kept_silence) > left:
        count = _regions_in_window(waiting, longest, kept_silence)
        yield join(waiting[:count], kept_silence)
        del waiting[:count]


def _joined_seconds(regions: Sequence[Audio], kept_silence: float) -> float:
    silences = (min(kept_silence, max(0.0, after.start - before.end)) for before, after in pairwise(regions))
    return sum(region.duration for region in regions) + sum(silences)


def _regions_in_window(regions: Sequence[Audio], longest: float, kept_silence: float) -> int:
    """Return how many of the first regions make the next window.

    The cut lies at the longest silence at which the window is at least half full and a quarter of a window remains.
    """
    total = _joined_seconds(regions, kept_silence)
    if total <= longest or len(regions) == 1:
        return len(regions)
    seconds = {count: _joined_seconds(regions[:count], kept_silence) for count in range(1, len(regions))}
    fitting = [count for count in seconds if seconds[count] <= longest] or [1]
    good = [count for count in fitting if seconds[count] >= longest / 2 and total - seconds[count] >= longest / 4]
    return max(good or fitting[-1:], key=lambda count: (regions[count].start - regions[count - 1].end, count))
