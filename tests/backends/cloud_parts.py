"""Small parts for the tests of the cloud backends."""

from __future__ import annotations

import threading

import numpy as np

from captioner.backends.cloud.retry import RetryPolicy
from captioner.values import Audio

RATE = 16_000


def tone(seconds: float, start: float = 0.0, hertz: float = 220.0) -> Audio:
    times = np.arange(round(seconds * RATE)) / RATE
    return Audio((0.1 * np.sin(2 * np.pi * hertz * times)).astype(np.float32), RATE, start)


def clips(count: int, seconds: float = 0.5) -> list[Audio]:
    """Clips, all with different audio."""
    return [tone(seconds, start=number * (seconds + 0.5), hertz=200.0 + number) for number in range(count)]


class RecordedSleep:
    """A sleep that only records the seconds."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def __call__(self, stop: threading.Event, seconds: float) -> None:
        self.pauses.append(seconds)
        stop.wait(0.001)


def quick_policy(sleep: RecordedSleep | None = None, **limits: float) -> RetryPolicy:
    """The usual policy without its sleeps; jitter always draws the longest pause."""
    return RetryPolicy(sleep=sleep or RecordedSleep(), random=lambda: 1.0, **limits)  # type: ignore[arg-type]
