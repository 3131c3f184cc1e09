"""How a service can fail us, and how long we bear it: the troubles of one request, and the patience of one clip."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from captioner.errors import BackendError
from captioner.values import Status


class RetryableError(Exception):
    """The same request may do better later.

    `crowded`: we send too many at a time. `busy`: the service is overloaded, wait longer. `after`: seconds it asked
    us to wait.
    """

    def __init__(self, reason: str, *, crowded: bool = False, busy: bool = False, after: float | None = None) -> None:
        super().__init__(reason)
        self.crowded, self.busy, self.after = crowded, busy, after


class NoResponse(RetryableError):
    """Not a byte came back: no connection, or silence."""


class RequestIdTaken(RetryableError):
    """The service has seen this request id before; another one will do."""


class ClipRejected(Exception):
    """The service will not hear this clip, now or later; `status` is what becomes of it."""

    def __init__(self, reason: str, status: Status = "failed") -> None:
        super().__init__(reason)
        self.status = status


class TooLong(ClipRejected):
    """The clip is longer or larger than the service takes; its halves may do."""


class PromptTooLong(ClipRejected):
    """The prompt is longer than the service takes."""


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a clip is asked for. Times in seconds.

    A request is repeated at most `attempts` times in all, and no new one is sent when the clip is `patience` old. The
    pause before the next is drawn evenly from 0 to a ceiling that doubles from `first_pause` to `longest_pause`, so
    that clients that failed together do not come back together; overload lifts the ceiling by `busy_factor`. What a
    Retry-After asks for is obeyed up to `longest_wait`. `clock`, `random` and `sleep` are there for tests.
    """

    attempts: int = 8
    patience: float = 300.0
    first_pause: float = 0.5
    longest_pause: float = 30.0
    busy_factor: float = 4.0
    longest_wait: float = 60.0
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    sleep: Callable[[threading.Event, float], object] = threading.Event.wait

    def pause(self, trouble: RetryableError, attempt: int) -> float:
        """Seconds to wait after `attempt`, counted from 1, has met `trouble`."""
        if trouble.after is not None:
            return min(trouble.after, self.longest_wait) + self.random() * self.first_pause
        factor = self.busy_factor if trouble.busy else 1.0
        return self.random() * min(self.longest_pause, self.first_pause * factor * 2.0 ** (attempt - 1))


class ClipRequest:
    """One clip on its way: its `place` in the order, whether anybody still waits for it (`stop`), how often it was
    asked for, and when first (`started`, in seconds on the policy's clock)."""

    def __init__(self, place: int, stop: threading.Event) -> None:
        self.place, self.stop = place, stop
        self.attempts = 0
        self.started = 0.0


def lost_service(name: str, reason: str) -> BackendError:
    """What the run ends with when the service is not there for any clip."""
    return BackendError(
        name, f"{reason}; check the network and the base URL and run again: what was heard until now is kept"
    )
