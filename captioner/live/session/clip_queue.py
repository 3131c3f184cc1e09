"""The queue between finding speech and recognising it: clips in order, and one open region for a partial result."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from threading import Condition

import numpy as np

from captioner.live.session.lag import LagLimits, LagMeter
from captioner.live.session.streaming_vad import Clip
from captioner.live.stream_clock import SAMPLE_RATE, Epoch
from captioner.values import Audio, Span

MAX_QUEUED_SPEECH = 120.0
"""Seconds of speech that the queue holds. The oldest clips beyond it are skipped, whatever the lag."""

SKIPPED_REASON = "skipped: recognition cannot keep up with the stream"

FIRST_PARTIAL, NEXT_PARTIAL = 0.6, 0.8
"""Seconds of an open region before its first partial, and of new speech before each further one."""


@dataclass(frozen=True)
class QueuedClip:
    """A clip in the queue."""

    number: int
    """Number of its region in the report."""

    clip: Clip

    span: Span

    lost_reason: str | None = None
    """Why it will not be recognised; its samples are gone. None for a clip that is to be recognised."""


@dataclass(frozen=True)
class OpenRegion:
    """The audio so far of a region that is still being spoken and will have this `number`."""

    number: int
    audio: Audio


class ClipQueue:
    """The thread that finds speech puts clips in; the thread that recognises takes them out.

    Every method may be called from any thread. `now` is in seconds of any monotonic clock. A clip that is too late is
    lost, also while the backend works on it; the result that comes for it then is dropped.
    """

    def __init__(self, limits: LagLimits, number: int = 0) -> None:
        self._limits, self._number = limits, number
        self._queue: deque[QueuedClip] = deque()
        self._in_progress: deque[QueuedClip] = deque()  # taken, and without a result yet
        self._reported = 0  # how many of them, from the first on, are reported as lost
        self._overdue = False  # whether one was lost since a clip was last taken
        self._partial: OpenRegion | None = None
        self._last_partial = (-1, 0.0)  # the last region with a partial, and its length then
        self._retracted = False
        self._lag_meter = LagMeter()
        self._changed = Condition()
        self.closed = False

    @property
    def next_number(self) -> int:
        """The number of the next region, which may be spoken already."""
        with self._changed:
            return self._number

    def put(self, clip: Clip) -> None:
        """Append a clip."""
        with self._changed:
            span = Span(clip.audio.start, clip.audio.end)
            self._queue.append(QueuedClip(self._number, clip, span))
            self._number += 1
            self._partial = None
            self._skip(lambda: self.waiting_speech > MAX_QUEUED_SPEECH)
            self._changed.notify_all()

    def put_lost(self, span: Span, epoch: Epoch, reason: str) -> None:
        """Append a part of the stream whose audio is missing."""
        with self._changed:
            nothing = Clip(Audio(np.zeros(0, np.float32), SAMPLE_RATE, span.start), epoch, span.end)
            self._queue.append(QueuedClip(self._number, nothing, span, reason))
            self._number += 1
            self._partial = None
            self._changed.notify_all()

    def close(self) -> None:
        """End the queue: no clip will follow."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def wants_partial(self, start: float, end: float) -> bool:
        """Return whether a partial of the region that is open from `start` to `end` is worth its time now."""
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
        """Return whether a partial was retracted since the last call."""
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
        """Return the open region to recognise; None without one, and while a clip waits."""
        with self._changed:
            region, self._partial = self._partial, None
            if region is None or self._queue:
                return None
            self._last_partial = (region.number, region.audio.duration)
            return region

    def take(self, now: Callable[[], float]) -> Iterator[QueuedClip]:
        """Yield the clips that wait, up to the first lost one. Each is in progress until `done`."""
        while True:
            with self._changed:
                self._give_up_late(now())
                if self._overdue:  # the backend is slow: only the newest clip can still be in time
                    self._skip(lambda: True)
                    self._overdue = False
                if not self._queue or self._queue[0].lost_reason:
                    return
                taken = self._queue.popleft()
                self._in_progress.append(taken)
            yield taken

    def first_lost(self) -> QueuedClip | None:
        """Return the first clip without a report if it is lost. It stays until `lost_reported`."""
        with self._changed:
            first = next(self._unreported(), None)
            return first if first and first.lost_reason else None

    def lost_reported(self) -> None:
        """The clip that `first_lost` returned has its report."""
        with self._changed:
            if self._reported < len(self._in_progress):
                self._reported += 1
            else:
                self._queue.popleft()

    def first_in_progress(self) -> QueuedClip | None:
        """Return the clip that the next result belongs to; None if it was reported as lost, and drop it then."""
        with self._changed:
            if not self._reported:
                return self._in_progress[0]
            self._in_progress.popleft()
            self._reported -= 1
            return None

    def done(self) -> None:
        """Remove the first clip in progress, which has its captions now."""
        with self._changed:
            self._in_progress.popleft()

    def requeue(self) -> None:
        """Put the clips in progress back at the front."""
        with self._changed:
            self._queue.extendleft(reversed(list(self._in_progress)[self._reported :]))
            self._in_progress.clear()
            self._reported = 0

    def give_up(self, reason: str) -> None:
        """Lose every clip that has no result yet."""
        with self._changed:
            for clips in (self._in_progress, self._queue):
                for index, item in enumerate(clips):
                    clips[index] = _lost(item, reason)

    def final_until(self, audio_end: float) -> float:
        """Return the second before which every clip is done, if speech was searched up to `audio_end`."""
        with self._changed:
            return min([audio_end, *(item.span.start for item in self._unreported())])

    def lag(self, now: float, audio_end: float) -> float:
        """Return the seconds by which captions are late, beyond the silence that ends a region.

        Loses what is too late.
        """
        with self._changed:
            if self.all_reported:
                self._lag_meter.caught_up(now, audio_end)
            self._give_up_late(now)
            starts = [item.span.start for item in self._unreported() if not item.lost_reason]
            return self._lag_meter.lag(now, min(starts)) if starts else 0.0

    @property
    def waiting_speech(self) -> float:
        """The seconds of speech that wait for the backend."""
        with self._changed:
            return sum(item.span.duration for item in self._queue if not item.lost_reason)

    @property
    def all_reported(self) -> bool:
        """Whether every clip has its report."""
        with self._changed:
            return next(self._unreported(), None) is None

    @property
    def empty(self) -> bool:
        """Whether no work waits and none is in progress."""
        with self._changed:
            return self.all_reported and not self._retracted

    def _unreported(self) -> Iterator[QueuedClip]:
        """Yield the clips without a report, in order."""
        yield from islice(self._in_progress, self._reported, None)
        yield from self._queue

    def _give_up_late(self, now: float) -> None:
        """Lose the clips that are later than the limit, and of those that wait as many as let the rest be in time."""

        def lag(item: QueuedClip) -> float:
            return self._lag_meter.lag(now, item.span.start)

        late = [item for item in self._unreported() if not item.lost_reason and lag(item) > self._limits.skip]
        if not late:
            return
        for index in range(self._reported, len(self._in_progress)):
            if self._in_progress[index] in late:
                self._in_progress[index] = _lost(self._in_progress[index], SKIPPED_REASON)
                self._overdue = True
        for index, item in enumerate(self._queue):
            if item in late or (item is not self._queue[-1] and lag(item) > self._limits.short_regions):
                self._queue[index] = _lost(item, SKIPPED_REASON)

    def _skip(self, is_too_much: Callable[[], bool]) -> None:
        """Skip clips from the front as long as it is too much, but never the newest."""
        for index in range(len(self._queue) - 1):
            if not is_too_much():
                return
            self._queue[index] = _lost(self._queue[index], SKIPPED_REASON)


def _lost(item: QueuedClip, reason: str) -> QueuedClip:
    if item.lost_reason:
        return item
    silence = Audio(np.zeros(0, np.float32), item.clip.audio.sample_rate, item.span.start)
    return replace(item, clip=replace(item.clip, audio=silence), lost_reason=reason)
