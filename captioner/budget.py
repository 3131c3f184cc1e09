"""The cost of recognition: prices of models, an estimate before anything is sent, and a limit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock

from captioner.backends import Backend, Hints, Recognition
from captioner.errors import BackendError
from captioner.values import Audio, RegionReport


@dataclass(frozen=True)
class Cost:
    """A sum of money."""

    amount: float = 0.0

    currency: str = ""
    """Empty where no price is known, and nothing is counted."""

    def __str__(self) -> str:
        return f"{self.amount:.4f} {self.currency}" if self.amount < 1 else f"{self.amount:.2f} {self.currency}"


NO_COST = Cost()


@dataclass(frozen=True)
class Price:
    """The price of a model. Raises `ValueError` for a negative one."""

    per_minute: float
    """For a minute of audio, in units of `currency`."""

    currency: str = "USD"

    date: str = "your settings"
    """The month in which the price was looked up, or where it comes from."""

    def __post_init__(self) -> None:
        if not 0 <= self.per_minute < math.inf:
            raise ValueError(f"per_minute must be a number, 0 or more, not {self.per_minute!r}")

    def of(self, seconds: float) -> float:
        """Return the cost of `seconds` of audio, in units of the currency."""
        return self.per_minute * seconds / 60

    def seconds_for(self, cost: float) -> float:
        """Return the seconds of audio that `cost`, in units of the currency, pays for; infinity if audio is free."""
        return 60 * cost / self.per_minute if self.per_minute else math.inf


PRICES = {
    # The vendor's price list in dollars: 0.03 a million tokens, about 0.0024 a minute.
    "glm-asr-2512": Price(0.0024, "USD", "2026-02"),
    # The page of the older model, in yuan.
    "glm-asr": Price(0.06, "CNY", "2025-12"),
}
"""By model. Prices change, so those in the user's settings have precedence."""


@dataclass(frozen=True)
class Estimate:
    """The speech and the requests of one source."""

    regions: int
    """Speech regions."""

    cached: int
    """Regions whose result is in the journal."""

    speech: float
    """Seconds of speech in all regions."""

    requests: int
    """Requests for the windows that are not cached, without retries."""

    to_send: float
    """Seconds of audio in these requests."""


class DryRunBackend:
    """Stands in for a backend in a dry run: has its traits, sends nothing, and counts what the backend would send."""

    def __init__(self, backend: Backend) -> None:
        self.traits = backend.traits
        self._requests, self._to_send = 0, 0.0

    def estimate(self, regions: Iterable[RegionReport]) -> Estimate:
        """Return the estimate for a source, from the report of its run with this backend."""
        regions = tuple(regions)
        cached = sum(region.cached for region in regions)
        speech = sum(region.duration for region in regions)
        return Estimate(len(regions), cached, speech, self._requests, self._to_send)

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for clip in clips:
            self._requests += 1
            self._to_send += clip.duration
            yield Recognition("failed", reason="not sent: this was a dry run", attempts=0)

    def close(self) -> None:
        pass


class MeteredBackend:
    """A backend that counts the audio that it takes."""

    def __init__(self, backend: Backend) -> None:
        self.traits = backend.traits
        self.seconds = 0.0
        self._backend = backend

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return self._backend.transcribe(self._counted(clips), hints)

    def close(self) -> None:
        self._backend.close()

    def _counted(self, clips: Iterable[Audio]) -> Iterator[Audio]:
        for clip in clips:
            self.seconds += clip.duration
            yield clip


class SpeechLimit:
    """A limit of the audio that may be sent, shared by all who get this object."""

    def __init__(self, seconds: float, described: str) -> None:
        """`described` names the limit in a message: "the limit of 5 minutes"."""
        self.seconds, self.described = seconds, described
        self._spent, self._lock = 0.0, Lock()

    @property
    def spent(self) -> float:
        """Seconds that were taken so far."""
        return self._spent

    def take(self, seconds: float) -> bool:
        """Take `seconds` of audio; returns False, and takes nothing, where that would exceed the limit."""
        with self._lock:
            if not self._spent + seconds <= self.seconds:  # a limit of NaN allows nothing
                return False
            self._spent += seconds
            return True


class LimitedBackend:
    """A backend that takes audio within a `SpeechLimit`, then raises `BackendError`, which names the limit."""

    def __init__(self, backend: Backend, limit: SpeechLimit) -> None:
        self.traits = backend.traits
        self._backend, self._limit = backend, limit

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return self._backend.transcribe(self._within_limit(clips), hints)

    def close(self) -> None:
        self._backend.close()

    def _within_limit(self, clips: Iterable[Audio]) -> Iterator[Audio]:
        for clip in clips:
            if not self._limit.take(clip.duration):
                raise BackendError(
                    self.traits.name,
                    f"stopped after {self._limit.spent:.1f} s of speech, before {self._limit.described} was exceeded; "
                    "raise the limit and run again: cached results are not sent twice",
                )
            yield clip
