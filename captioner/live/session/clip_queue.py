"""The queue between finding speech and recognising it: clips in order, and one open region for a partial result."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Condition

import numpy as np

from captioner.live.session.lag import LagLimits, LagMeter
from captioner.live.session.streaming_vad import Clip
from captioner.values import Audio, Span

MAX_QUEUED_SPEECH = 120.0
"""Seconds of speech that the queue holds. The oldest clips beyond it are skipped, whatever the lag."""

FIRST_PARTIAL, NEXT_PARTIAL = 0.6, 0.8
"""Seconds of an open region before its first partial, and of new speech before each further one."""


@dataclass(frozen=True)
class QueuedClip:
    """A clip in the queue."""

    number: int
    """Number of its region in the report."""

    clip: Clip

    span: Span

    skipped: bool = False
    """Whether it will not be recognised; its samples are gone."""


@dataclass(frozen=True)
class OpenRegion:
    """The audio so far of a region that is still being spoken and will have this `number`."""

    number: int
    audio: Audio


class ClipQueue:
    """The thread that finds speech puts clips in; the thread that recognises takes them out.

    Every method may be called from any thread. `now` is in seconds of any monotonic clock.
    """

    def __init__(self, limits: LagLimits, number: int = 0) -> None:
        self._limits, self._number = limits, number
        self._queue: deque[QueuedClip] = deque()
        self._in_progress: deque[QueuedClip] = deque()  # taken, and not done yet
        self._partial: OpenRegion | None = None
        self._last_partial = (-1, 0.0)  # the last region with a partial, and its length then
        self._retracted = False
        self._lag_meter = LagMeter()
        self._changed = Condition()
        self.closed = False

    def put(self, clip: Clip) -> None:
        """Append a clip."""
        with self._changed:
            span = Span(clip.audio.start, clip.audio.end)
            self._queue.append(QueuedClip(self._number, clip, span))
            self._number += 1
            self._partial = None
            self._skip(lambda: sum(item.span.duration for item in self._queue if not item.skipped) > MAX_QUEUED_SPEECH)
            self._changed.notify_all()

    def close(self) -> None:
        """End the queue: no clip will follow."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def wants_partial(self, start: float, end: float) -> bool:
        """Whether a partial of the region that is open from `start` to `end` is worth its time now."""
        with self._changed:
            number, length = self._last_partial
            enough = length + NEXT_PARTIAL if number == self._number else FIRST_PARTIAL
            return self._partial is None and not self._queue and end - start >= enough

    def offer_partial(self, audio: Audio) -> None:
        """Offer the audio of the open region for a partial."""
        with self._changed:
            self._partial = OpenRegion(self._number, audio)
            self._changed.notify_all()

    def retract_partial(self) -> None:
        """Withdraw the open region, which turned out not to be speech; the next region gets its number."""
        with self._changed:
            self._partial, self._last_partial, self._retracted = None, (-1, 0.0), True
            self._changed.notify_all()

    def take_retracted(self) -> bool:
        """Whether a partial was retracted since the last call."""
        with self._changed:
            retracted, self._retracted = self._retracted, False
            return retracted

    def wait(self, seconds: float) -> bool:
        """Wait until there is work, for at most `seconds`. Returns whether there is."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self._queue or self._partial or self._retracted or self.closed), seconds
            )

    def take_partial(self) -> OpenRegion | None:
        """The open region to recognise; None without one, and while a clip waits."""
        with self._changed:
            region, self._partial = self._partial, None
            if region is None or self._queue:
                return None
            self._last_partial = (region.number, region.audio.duration)
            return region

    def take(self, now: float) -> Iterator[QueuedClip]:
        """The clips that wait, up to the first skipped one. Each is in progress until `done`."""
        while True:
            with self._changed:
                self._skip_late(now)
                if not self._queue or self._queue[0].skipped:
                    return
                taken = self._queue.popleft()
                self._in_progress.append(taken)
            yield taken

    def take_skipped(self, now: float) -> QueuedClip | None:
        """The first clip of the queue if it is skipped and no other is in progress."""
        with self._changed:
            self._skip_late(now)
            if not self._queue or not self._queue[0].skipped or self._in_progress:
                return None
            self._in_progress.append(self._queue.popleft())
            return self._in_progress[-1]

    def first_in_progress(self) -> QueuedClip:
        """The clip that the next result belongs to."""
        with self._changed:
            return self._in_progress[0]

    def done(self) -> None:
        """Remove the first clip in progress, which has its captions now."""
        with self._changed:
            self._in_progress.popleft()

    def requeue(self) -> None:
        """Put the clips in progress back at the front."""
        with self._changed:
            self._queue.extendleft(reversed(self._in_progress))
            self._in_progress.clear()

    def final_until(self, audio_end: float) -> float:
        """The second before which every clip is done, if speech was searched up to `audio_end`."""
        with self._changed:
            return min([audio_end, *(item.span.start for item in (*self._in_progress, *self._queue))])

    def lag(self, now: float, audio_end: float) -> float:
        """Seconds by which captions are late, beyond the silence that ends a region. Skips clips that are too late."""
        with self._changed:
            if not (self._queue or self._in_progress):
                self._lag_meter.caught_up(now, audio_end)
            self._skip_late(now)
            return self._lag(now)

    @property
    def empty(self) -> bool:
        """Whether no work waits and none is in progress."""
        with self._changed:
            return not (self._queue or self._in_progress or self._retracted)

    def _lag(self, now: float) -> float:
        starts = [item.span.start for item in (*self._in_progress, *self._queue) if not item.skipped]
        return self._lag_meter.lag(now, min(starts)) if starts else 0.0

    def _skip_late(self, now: float) -> None:
        if self._lag(now) > self._limits.skip and not self._in_progress:
            self._skip(lambda: self._lag(now) > self._limits.short_regions)

    def _skip(self, is_too_much: Callable[[], bool]) -> None:
        """Skip clips from the front as long as it is too much, but never the newest."""
        for index in range(len(self._queue) - 1):
            if not is_too_much():
                return
            self._queue[index] = _skipped(self._queue[index])


def _skipped(item: QueuedClip) -> QueuedClip:
    silence = Audio(np.zeros(0, np.float32), item.clip.audio.sample_rate, item.span.start)
    return replace(item, clip=replace(item.clip, audio=silence), skipped=True)
