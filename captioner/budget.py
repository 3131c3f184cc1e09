"""What hearing costs: prices of models, an estimate before anything is sent, and a limit that is kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from captioner.backends import Backend, Hints, Recognition
from captioner.errors import BackendError
from captioner.values import Audio, RegionReport


@dataclass(frozen=True)
class Price:
    """Of a minute of sound, in a currency's unit; `date` says when somebody last looked."""

    per_minute: float
    currency: str = "USD"
    date: str = "the user's own"

    def __post_init__(self) -> None:
        if not 0 <= self.per_minute < math.inf:
            raise ValueError(f"per_minute must be a number, 0 or more, not {self.per_minute!r}")

    def of(self, seconds: float) -> float:
        """What so many seconds of sound cost, in units of the currency."""
        return self.per_minute * seconds / 60

    def seconds_for(self, cost: float) -> float:
        """How many seconds of sound `cost`, in units of the currency, buys; infinity where sound is free."""
        return 60 * cost / self.per_minute if self.per_minute else math.inf


PRICES = {
    # The vendor's price list in dollars: 0.03 a million tokens, about 0.0024 a minute.
    "glm-asr-2512": Price(0.0024, "USD", "2026-02"),
    # The page of the older model, in yuan.
    "glm-asr": Price(0.06, "CNY", "2025-12"),
}
"""By model. Prices change: the user's own table in the settings wins."""


@dataclass(frozen=True)
class Estimate:
    """What a source would take: how many regions, of which so many are `remembered`; `speech`, in all, and `to_send`
    in seconds."""

    regions: int
    remembered: int
    speech: float
    to_send: float

    @property
    def requests(self) -> int:
        """One for each region that is not remembered; what is asked again or looked at twice is not foreseen."""
        return self.regions - self.remembered


def estimate(regions: Iterable[RegionReport]) -> Estimate:
    """From the ledger of a run with an `Unheard` backend."""
    regions = tuple(regions)
    remembered = [region for region in regions if region.cached]
    speech = sum(region.duration for region in regions)
    return Estimate(len(regions), len(remembered), speech, speech - sum(region.duration for region in remembered))


class DryRunBackend:
    """Stands in for a backend in a rehearsal: has its traits, hears nothing and sends nothing."""

    def __init__(self, backend: Backend) -> None:
        self.traits = backend.traits
        self.fingerprint = getattr(backend, "fingerprint", "")

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for _ in clips:
            yield Recognition("failed", reason="not sent: this was a rehearsal", attempts=0)

    def close(self) -> None:
        pass


class Limited:
    """A backend that stops before it would hear more than `seconds` of sound in all."""

    def __init__(self, backend: Backend, seconds: float, limit: str) -> None:
        self.traits = backend.traits
        self.fingerprint = getattr(backend, "fingerprint", "")
        self._backend, self._seconds, self._limit = backend, seconds, limit
        self._spent = 0.0

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return self._backend.transcribe(self._within(clips), hints)

    def close(self) -> None:
        self._backend.close()

    def _within(self, clips: Iterable[Audio]) -> Iterator[Audio]:
        for clip in clips:
            if not self._spent + clip.duration <= self._seconds:  # NaN is no limit that can be kept
                raise BackendError(
                    self.traits.name,
                    f"{self._limit} would be passed after {self._spent:.1f} s of speech; raise it and run again: "
                    "what the journal remembers is not sent twice",
                )
            self._spent += clip.duration
            yield clip
