"""The limit of requests in flight: halved when the service limits the rate, then raised again one by one."""

from __future__ import annotations

import heapq
from threading import Condition

from captioner.backends.cloud.retry import Cancelled, ClipRequest


class ConcurrencyLimiter:
    """Lets at most `limit` requests through at a time, the earliest clip first; `limit` stays within 1 and `maximum`.

    Additive increase, multiplicative decrease, as in TCP. Many requests are rate limited together, and all of them must
    halve the limit only once: a request that began before the last halving has no effect on it.
    """

    def __init__(self, maximum: int) -> None:
        self.maximum = self.limit = maximum
        self._in_flight = 0
        self._generation = 0  # grows with each halving
        self._succeeded = 0  # responses since the limit last changed
        self._waiting: list[tuple[int, int]] = []  # a heap of (index of the clip, ticket)
        self._tickets = 0
        self._changed = Condition()

    def acquire(self, request: ClipRequest) -> int:
        """Wait until the request may begin, and return the generation for `rate_limited`.

        Raises `Cancelled` when `request.stop` is set meanwhile.
        """
        with self._changed:
            self._tickets += 1
            turn = (request.index, self._tickets)
            heapq.heappush(self._waiting, turn)
            self._changed.wait_for(lambda: request.stop.is_set() or self._may_begin(turn))
            self._waiting.remove(turn)
            heapq.heapify(self._waiting)
            self._changed.notify_all()
            if request.stop.is_set():
                raise Cancelled
            self._in_flight += 1
            return self._generation

    def release(self) -> None:
        """Take a request that has ended out of the count."""
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def rate_limited(self, generation: int) -> None:
        """Halve the limit, once for all requests of a generation: the service refused one of them as too many."""
        with self._changed:
            if generation == self._generation:
                self.limit = max(1, self.limit // 2)
                self._generation += 1
                self._succeeded = 0

    def succeeded(self) -> None:
        """Count a response. After `limit` responses, the limit rises by one."""
        with self._changed:
            self._succeeded += 1
            if self._succeeded >= self.limit and self.limit < self.maximum:
                self.limit += 1
                self._succeeded = 0
                self._changed.notify_all()

    def wake(self) -> None:
        """Make waiting requests check their `stop`."""
        with self._changed:
            self._changed.notify_all()

    def _may_begin(self, turn: tuple[int, int]) -> bool:
        return self._in_flight < self.limit and self._waiting[0] == turn
