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
    """Clips of which no two sound the same."""
    return [tone(seconds, start=number * (seconds + 0.5), hertz=200.0 + number) for number in range(count)]


class Nap:
    """A sleep that only counts: `naps` are the seconds asked for."""

    def __init__(self) -> None:
        self.naps: list[float] = []

    def __call__(self, stop: threading.Event, seconds: float) -> None:
        self.naps.append(seconds)
        stop.wait(0.001)


def quick(nap: Nap | None = None, **limits: float) -> RetryPolicy:
    """The usual patience, without the waiting, and always with the longest pause that jitter can draw."""
    return RetryPolicy(sleep=nap or Nap(), random=lambda: 1.0, **limits)  # type: ignore[arg-type]
