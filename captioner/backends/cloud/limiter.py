"""How many requests may be in flight: fewer at once when the service is crowded, slowly more when it is not."""

from __future__ import annotations

import heapq
from threading import Condition

from captioner.backends.cloud.retry import Cancelled, ClipRequest


class ConcurrencyLimiter:
    """Lets at most `limit` requests through at a time, the earliest clip first; `limit` moves between 1 and `most`.

    Additive increase, multiplicative decrease, as TCP does it. Many requests fail together when a service is crowded,
    and that is one crowd and not many: whoever entered before the last change of the limit has no say about it.
    """

    def __init__(self, most: int) -> None:
        self.most = self.limit = most
        self._in_flight = 0
        self._era = 0  # grows with each halving
        self._good = 0  # answers since the limit last moved
        self._queue: list[tuple[int, int]] = []
        self._tickets = 0
        self._free = Condition()

    def enter(self, errand: ClipRequest) -> int:
        """Wait for a turn; the era in which it began. Raises `Cancelled` when the errand is stopped meanwhile."""
        with self._free:
            self._tickets += 1
            turn = (errand.place, self._tickets)
            heapq.heappush(self._queue, turn)
            self._free.wait_for(lambda: errand.stop.is_set() or self._may_go(turn))
            self._queue.remove(turn)
            heapq.heapify(self._queue)
            self._free.notify_all()
            if errand.stop.is_set():
                raise Cancelled
            self._in_flight += 1
            return self._era

    def leave(self) -> None:
        with self._free:
            self._in_flight -= 1
            self._free.notify_all()

    def crowded(self, era: int) -> None:
        """The service said that there are too many of us."""
        with self._free:
            if era == self._era:
                self.limit = max(1, self.limit // 2)
                self._era += 1
                self._good = 0

    def went_well(self) -> None:
        """An answer came: as many of these as may be in flight make room for one more."""
        with self._free:
            self._good += 1
            if self._good >= self.limit and self.limit < self.most:
                self.limit += 1
                self._good = 0
                self._free.notify_all()

    def wake(self) -> None:
        """Let those who wait look at whether they were stopped."""
        with self._free:
            self._free.notify_all()

    def _may_go(self, turn: tuple[int, int]) -> bool:
        return self._in_flight < self.limit and self._queue[0] == turn
