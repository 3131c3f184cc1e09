"""The errors of one request that are worth a retry, and the policy that says how often and when.

RetryableError        the same request may succeed later
├── NoResponse        no byte came back: no connection, or a timeout
└── RequestIdTaken    the service has seen this request id before
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


class RetryableError(Exception):
    """The same request may succeed later.

    `rate_limited`: too many requests at a time. `overloaded`: the service is overloaded, so pauses are longer. `after`:
    the seconds that the service asks to wait.
    """

    def __init__(
        self, reason: str, *, rate_limited: bool = False, overloaded: bool = False, after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.rate_limited, self.overloaded, self.after = rate_limited, overloaded, after


class NoResponse(RetryableError):
    """No byte came back: no connection, or a timeout."""


class RequestIdTaken(RetryableError):
    """The service has seen this request id before; another one may do."""


class Cancelled(Exception):
    """The clip was cancelled: its result is no longer needed."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often and for how long a clip is requested. Times in seconds."""

    max_attempts: int = 8
    """Attempts of one request, the first included."""

    max_elapsed: float = 300.0
    """No attempt begins later than this after the first one of the clip."""

    first_pause: float = 0.5
    """The longest pause after the first attempt; it doubles with each attempt.

    Pauses are drawn evenly from 0 up to it (full jitter), so that clients that failed together spread out.
    """

    longest_pause: float = 30.0
    """The limit of that doubling."""

    overload_factor: float = 4.0
    """The factor by which pauses are longer while the service is overloaded."""

    longest_retry_after: float = 60.0
    """The longest Retry-After that is obeyed."""

    clock: Callable[[], float] = time.monotonic
    """Returns seconds; tests replace it, as they do with the next two."""

    random: Callable[[], float] = random.random
    """Returns a number from 0 to 1."""

    sleep: Callable[[threading.Event, float], object] = threading.Event.wait
    """Waits for seconds, or until the event is set."""

    def pause_after(self, error: RetryableError, attempt: int) -> float:
        """Return the seconds to wait after attempt number `attempt`, counted from 1, raised `error`."""
        if error.after is not None:
            return min(error.after, self.longest_retry_after) + self.random() * self.first_pause
        factor = self.overload_factor if error.overloaded else 1.0
        return self.random() * min(self.longest_pause, self.first_pause * factor * 2.0 ** (attempt - 1))


class ClipRequest:
    """The progress of one clip, over all requests for it and its parts.

    `index` is its place in the order of the clips. `stop` is set when its result is no longer needed. `attempts` counts
    requests. `started` is when the first one began, in seconds on the policy's clock.
    """

    def __init__(self, index: int, stop: threading.Event) -> None:
        self.index, self.stop = index, stop
        self.attempts = 0
        self.started = 0.0
