"""What waits to be heard: clips in order, and the one draft that is worth hearing. Shared by two threads."""

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
"""Seconds of speech that are held; what waits beyond is skipped, whatever the lag."""

FIRST_PARTIAL, NEXT_PARTIAL = 0.6, 0.8
"""Seconds of a region that are enough for its first draft, and that must have come since for another."""


@dataclass(frozen=True)
class QueuedClip:
    """A clip in line, `number` in the ledger. One that is `skipped` has no sound any more."""

    number: int
    clip: Clip
    span: Span
    skipped: bool = False


@dataclass(frozen=True)
class OpenRegion:
    """The sound so far of the region that will be `number`."""

    number: int
    audio: Audio


class ClipQueue:
    """Clips are put by who listens and taken by who hears. Every method may be called from any thread."""

    def __init__(self, limits: LagLimits, number: int = 0) -> None:
        self._limits, self._number = limits, number
        self._queue: deque[QueuedClip] = deque()
        self._in_progress: deque[QueuedClip] = deque()  # taken, and not done yet
        self._partial: OpenRegion | None = None
        self._last_partial = (-1, 0.0)  # the region that was drafted last, and its length then
        self._retracted = False
        self._lag_meter = LagMeter()
        self._changed = Condition()
        self.closed = False

    def put(self, clip: Clip) -> None:
        """A clip at the end of the line."""
        with self._changed:
            span = Span(clip.audio.start, clip.audio.end)
            self._queue.append(QueuedClip(self._number, clip, span))
            self._number += 1
            self._partial = None
            self._skip(lambda: sum(item.span.duration for item in self._queue if not item.skipped) > MAX_QUEUED_SPEECH)
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing comes any more."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def wants_partial(self, start: float, end: float) -> bool:
        """Whether a draft of the region that is open from `start` to `end` is worth hearing now."""
        with self._changed:
            number, length = self._last_partial
            enough = length + NEXT_PARTIAL if number == self._number else FIRST_PARTIAL
            return self._partial is None and not self._queue and end - start >= enough

    def offer_partial(self, audio: Audio) -> None:
        """The sound of the region that is open."""
        with self._changed:
            self._partial = OpenRegion(self._number, audio)
            self._changed.notify_all()

    def retract_partial(self) -> None:
        """The region that was open has turned out to be no speech; the next one has its number."""
        with self._changed:
            self._partial, self._last_partial, self._retracted = None, (-1, 0.0), True
            self._changed.notify_all()

    def take_retracted(self) -> bool:
        """Whether a region was retracted since this was asked last."""
        with self._changed:
            retracted, self._retracted = self._retracted, False
            return retracted

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to do. Whether there is."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self._queue or self._partial or self._retracted or self.closed), seconds
            )

    def take_partial(self) -> OpenRegion | None:
        """The draft to hear, if there is one and no clip waits."""
        with self._changed:
            draft, self._partial = self._partial, None
            if draft is None or self._queue:
                return None
            self._last_partial = (draft.number, draft.audio.duration)
            return draft

    def take(self, now: float) -> Iterator[QueuedClip]:
        """Clips, as long as there are some and none of them is skipped; each stays in hand until it is done."""
        while True:
            with self._changed:
                self._skip_late(now)
                if not self._queue or self._queue[0].skipped:
                    return
                taken = self._queue.popleft()
                self._in_progress.append(taken)
            yield taken

    def take_skipped(self, now: float) -> QueuedClip | None:
        """The first in line if it is skipped."""
        with self._changed:
            self._skip_late(now)
            if not self._queue or not self._queue[0].skipped or self._in_progress:
                return None
            self._in_progress.append(self._queue.popleft())
            return self._in_progress[-1]

    def first_in_progress(self) -> QueuedClip:
        """Whose answer comes next."""
        with self._changed:
            return self._in_progress[0]

    def done(self) -> None:
        """The first in hand has been answered and told."""
        with self._changed:
            self._in_progress.popleft()

    def requeue(self) -> None:
        """What is in hand is in line again."""
        with self._changed:
            self._queue.extendleft(reversed(self._in_progress))
            self._in_progress.clear()

    def final_until(self, audio_end: float) -> float:
        """The second before which everything is done, when sound was searched up to `heard`."""
        with self._changed:
            return min([audio_end, *(item.span.start for item in (*self._in_progress, *self._queue))])

    def lag(self, now: float, audio_end: float) -> float:
        """Seconds by which captions are late, beyond the silence that ends a region. What is too late is skipped."""
        with self._changed:
            if not (self._queue or self._in_progress):
                self._lag_meter.caught_up(now, audio_end)
            self._skip_late(now)
            return self._lag(now)

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing is in hand."""
        with self._changed:
            return not (self._queue or self._in_progress or self._retracted)

    def _lag(self, now: float) -> float:
        undone = [item.span.start for item in (*self._in_progress, *self._queue) if not item.skipped]
        return self._lag_meter.lag(now, min(undone)) if undone else 0.0

    def _skip_late(self, now: float) -> None:
        if self._lag(now) > self._limits.skip and not self._in_progress:
            self._skip(lambda: self._lag(now) > self._limits.short_regions)

    def _skip(self, too_much: Callable[[], bool]) -> None:
        """Skip from the front as long as it is too much, but never the newest."""
        for place in range(len(self._queue) - 1):
            if not too_much():
                return
            self._queue[place] = _skipped(self._queue[place])


def _skipped(item: QueuedClip) -> QueuedClip:
    nothing = Audio(np.zeros(0, np.float32), item.clip.audio.sample_rate, item.span.start)
    return replace(item, clip=replace(item.clip, audio=nothing), skipped=True)
