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

MOST_WAITING = 120.0
"""Seconds of speech that are held; what waits beyond is skipped, whatever the lag."""

FIRST_DRAFT, NEXT_DRAFT = 0.6, 0.8
"""Seconds of a region that are enough for its first draft, and that must have come since for another."""


@dataclass(frozen=True)
class Waiting:
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
        self._line: deque[Waiting] = deque()
        self._hand: deque[Waiting] = deque()  # taken, and not done yet
        self._draft: OpenRegion | None = None
        self._drafted = (-1, 0.0)  # the region that was drafted last, and its length then
        self._retracted = False
        self._pace = LagMeter()
        self._changed = Condition()
        self.closed = False

    def put(self, clip: Clip) -> None:
        """A clip at the end of the line."""
        with self._changed:
            span = Span(clip.audio.start, clip.audio.end)
            self._line.append(Waiting(self._number, clip, span))
            self._number += 1
            self._draft = None
            self._skip(lambda: sum(item.span.duration for item in self._line if not item.skipped) > MOST_WAITING)
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing comes any more."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def wants_draft(self, start: float, end: float) -> bool:
        """Whether a draft of the region that is open from `start` to `end` is worth hearing now."""
        with self._changed:
            number, length = self._drafted
            enough = length + NEXT_DRAFT if number == self._number else FIRST_DRAFT
            return self._draft is None and not self._line and end - start >= enough

    def offer(self, audio: Audio) -> None:
        """The sound of the region that is open."""
        with self._changed:
            self._draft = OpenRegion(self._number, audio)
            self._changed.notify_all()

    def retract(self) -> None:
        """The region that was open has turned out to be no speech; the next one has its number."""
        with self._changed:
            self._draft, self._drafted, self._retracted = None, (-1, 0.0), True
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
                lambda: bool(self._line or self._draft or self._retracted or self.closed), seconds
            )

    def draft(self) -> OpenRegion | None:
        """The draft to hear, if there is one and no clip waits."""
        with self._changed:
            draft, self._draft = self._draft, None
            if draft is None or self._line:
                return None
            self._drafted = (draft.number, draft.audio.duration)
            return draft

    def take(self, now: float) -> Iterator[Waiting]:
        """Clips, as long as there are some and none of them is skipped; each stays in hand until it is done."""
        while True:
            with self._changed:
                self._skip_late(now)
                if not self._line or self._line[0].skipped:
                    return
                taken = self._line.popleft()
                self._hand.append(taken)
            yield taken

    def take_skipped(self, now: float) -> Waiting | None:
        """The first in line if it is skipped."""
        with self._changed:
            self._skip_late(now)
            if not self._line or not self._line[0].skipped or self._hand:
                return None
            self._hand.append(self._line.popleft())
            return self._hand[-1]

    def first_in_hand(self) -> Waiting:
        """Whose answer comes next."""
        with self._changed:
            return self._hand[0]

    def done(self) -> None:
        """The first in hand has been answered and told."""
        with self._changed:
            self._hand.popleft()

    def put_back(self) -> None:
        """What is in hand is in line again."""
        with self._changed:
            self._line.extendleft(reversed(self._hand))
            self._hand.clear()

    def undone_from(self, heard: float) -> float:
        """The second before which everything is done, when sound was searched up to `heard`."""
        with self._changed:
            return min([heard, *(item.span.start for item in (*self._hand, *self._line))])

    def lag(self, now: float, heard: float) -> float:
        """Seconds by which captions are late, beyond the silence that ends a region. What is too late is skipped."""
        with self._changed:
            if not (self._line or self._hand):
                self._pace.idle(now, heard)
            self._skip_late(now)
            return self._lag(now)

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing is in hand."""
        with self._changed:
            return not (self._line or self._hand or self._retracted)

    def _lag(self, now: float) -> float:
        undone = [item.span.start for item in (*self._hand, *self._line) if not item.skipped]
        return self._pace.lag(now, min(undone)) if undone else 0.0

    def _skip_late(self, now: float) -> None:
        if self._lag(now) > self._limits.skipping and not self._hand:
            self._skip(lambda: self._lag(now) > self._limits.shorter)

    def _skip(self, too_much: Callable[[], bool]) -> None:
        """Skip from the front as long as it is too much, but never the newest."""
        for place in range(len(self._line) - 1):
            if not too_much():
                return
            self._line[place] = _skipped(self._line[place])


def _skipped(item: Waiting) -> Waiting:
    nothing = Audio(np.zeros(0, np.float32), item.clip.audio.sample_rate, item.span.start)
    return replace(item, clip=replace(item.clip, audio=nothing), skipped=True)
