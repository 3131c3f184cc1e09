"""Recognition windows: neighbouring speech regions as one clip, with a map of times between the clip and the media.

A recogniser understands speech better with the sentences around it, and some models need as long for a second of audio
as for thirty. So regions are joined up to the length that a backend likes, without the silence between them except for
a short rest. For a backend that
asks for it, a window is an excerpt of the recording, with some of the sound around it, where its length holds that.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from captioner.transcribe.audio_history import AudioHistory
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

EDGE = 1.0
"""The most seconds of the recording in a window before its first region and after its last one.

Whisper base mishears the end of a French sentence with 0.5 s and not with 1 s; tiny.en has as many errors with 2 s.
"""

LOOKAHEAD = 1.5
"""Times the length of a window: so much speech is known, if there is as much, before a window is cut off."""


@dataclass(frozen=True, eq=False)
class Window:
    """Speech regions that are recognised together, in one clip."""

    clip: Audio
    """The audio of the regions and what is between and around them. On its clock, the first region starts when it does
    in the media."""

    regions: tuple[Audio, ...]
    """The regions in order, at their times in the media. Their samples are views of those of `clip`."""

    spans: tuple[Span, ...]
    """The span of each region on the clock of the clip."""

    kept_silence: float | None = None
    """The most seconds of silence between two regions; None if the clip is an excerpt of the recording."""

    @property
    def silences(self) -> tuple[Span, ...]:
        """The silences between and around the regions on the clock of the clip."""
        ends = (self.clip.start, *(span.end for span in self.spans))
        starts = (*(span.start for span in self.spans), self.clip.end)
        return tuple(Span(end, start) for end, start in zip(ends, starts, strict=True) if end < start)

    @property
    def is_region(self) -> bool:
        """Whether the clip is that of a single region, without sound around it."""
        return len(self.regions) == 1 and len(self.clip.samples) == len(self.regions[0].samples)

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
        if (first, last) == (0, len(self.regions)):
            return self
        regions = self.regions[first:last]
        if self.kept_silence is not None:
            return join(regions, self.kept_silence)
        before = self.regions[first - 1].end if first else self.clip.start
        after = self.regions[last].start if last < len(self.regions) else self.clip.end
        return excerpt(regions, self.clip.clip(_with_edges(regions, EDGE, before, after)))

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


def excerpt(regions: Sequence[Audio], sound: Audio) -> Window:
    """Return the window of `regions` whose clip is `sound`, the part of the recording that holds them."""
    rate, samples = sound.sample_rate, sound.samples.copy()
    firsts = [round((region.start - sound.start) * rate) for region in regions]
    views, spans = [], []
    clip = Audio(samples, rate, sound.start)
    for first, region in zip(firsts, regions, strict=True):
        last = first + len(region.samples)
        samples[first:last] = region.samples
        views.append(Audio(samples[first:last], rate, region.start))
        spans.append(Span(clip.time_of(first), clip.time_of(last)))
    return Window(clip, tuple(views), tuple(spans))


def windows_of(
    regions: Iterable[Audio],
    longest: float | None,
    kept_silence: float = KEPT_SILENCE,
    history: AudioHistory | None = None,
) -> Iterator[Window]:
    """Yield windows of at most `longest` seconds, in order; None for a window for each region.

    Every region is in one window, a longer one by itself. None is joined across `LONGEST_SILENCE`. Where more regions
    than fit are neighbours, a window ends at the longest silence in its second half. With a `history` of the recording,
    which has been read up to the regions that were pulled, a window is an excerpt of it if that is no longer than
    `longest`. Lazy: holds at most `LOOKAHEAD` windows and a region.
    """
    if longest is None:
        yield from (join([region]) for region in regions)
        return
    before = 0.0
    for group, after in _groups(regions, longest, kept_silence):
        stretch = group[-1].end - group[0].start
        if history is None or stretch > longest:
            yield join(group, kept_silence)
        else:
            edge = min(EDGE, (longest - stretch) / 2)
            span = _with_edges(group, edge, max(before, history.held.start), min(after, history.held.end))
            yield excerpt(group, history.sound(span, group[0].sample_rate))
        before = group[-1].end


def _with_edges(regions: Sequence[Audio], edge: float, earliest: float, latest: float) -> Span:
    """Return the time of the regions, and at most `edge` seconds before and after them: from `earliest` to `latest`.

    It begins and ends whole samples away from the regions.
    """
    start, end, rate = regions[0].start, regions[-1].end, regions[0].sample_rate
    lead = _whole_samples(min(edge, start - earliest), rate)
    tail = _whole_samples(min(edge, latest - end), rate)
    return Span(max(0.0, start - lead), end + tail)


def _whole_samples(seconds: float, rate: int) -> float:
    """Return the seconds of the whole samples in `seconds`; 0 if that is negative. Ignores errors of rounding."""
    return math.floor(max(0.0, seconds) * rate + 0.01) / rate


def _groups(regions: Iterable[Audio], longest: float, kept_silence: float) -> Iterator[tuple[Sequence[Audio], float]]:
    """Yield the regions of each window, and when the next region starts, or infinity if that is far away."""
    waiting: list[Audio] = []
    for region in regions:
        if waiting and region.start - waiting[-1].end > LONGEST_SILENCE:
            yield from _cut(waiting, longest, kept_silence, 0.0)
        waiting.append(region)
        yield from _cut(waiting, longest, kept_silence, LOOKAHEAD * longest)
    yield from _cut(waiting, longest, kept_silence, 0.0)


def _cut(
    waiting: list[Audio], longest: float, kept_silence: float, left: float
) -> Iterator[tuple[Sequence[Audio], float]]:
    """Take groups off the front of `waiting` until no more than `left` seconds are left."""
    while waiting and _joined_seconds(waiting, kept_silence) > left:
        count = _regions_in_window(waiting, longest, kept_silence)
        group = waiting[:count]
        del waiting[:count]
        yield group, waiting[0].start if waiting else math.inf


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
