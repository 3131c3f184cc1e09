"""Finds one offset and speed for the cues of a file, or offsets by part, from the pattern of their pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from captioner.errors import RetimingRefused
from captioner.retime.break_search import BREAK_COST, Part, find_parts
from captioner.retime.cue_spans import CueSpans, cue_spans
from captioner.retime.offset_search import OffsetSearch
from captioner.retime.speech_pattern import SpeechPattern, speech_pattern
from captioner.values import Span

_FRAME_RATES = (Fraction(24000, 1001), Fraction(24), Fraction(25))

RATES = tuple(sorted({one / other for one in _FRAME_RATES for other in _FRAME_RATES}))
"""Speeds of films that were made at one frame rate and are shown at another; no other speed is looked for, because
a free speed fits chance."""

RATE_COST = 5.0
"""The cost of another speed than 1, in nats."""

MOST_RATES = 2
"""Speeds besides 1 that are examined: the best with one offset for all cues."""

LEAST_CUES = 8
"""Fewer cues fit by chance."""

LEAST_RATING, LEAST_RATING_OF_CUE = 20.0, 0.2
"""Nats by which all cues, and a cue on average, must fit the speech better than by chance. One in a hundred files that
belong to other speech reaches 9 nats; one of 1,400 reached 14 (docs/scripts.md)."""

LEAST_RATING_IN_PART = 0.1
"""Nats by which a cue of each part must fit on average."""

NEAR = 0.16
"""Seconds around a coarse offset in which the exact one is searched."""

EDGE_REACH = 0.15
"""Seconds between the start of a cue and that of its speech, at most, to measure an offset by."""

LEAST_EDGES = 3
"""Starts that must lie in reach to measure an offset by them."""

_FINE = np.arange(-NEAR, NEAR + 0.01, 0.02)


@dataclass(frozen=True)
class RetimedPart:
    """Cues in a row whose times change alike: `rate * time + offset`."""

    first: int
    """Number of the first cue."""
    last: int
    """Number after the last cue."""
    rate: Fraction
    """The speed: how much longer the cues last."""
    offset: float
    """Seconds."""

    def at(self, time: float) -> float:
        """Return the new time of a time, in seconds; it may be negative."""
        return float(self.rate) * time + self.offset


@dataclass(frozen=True)
class Retiming:
    """The new times of the cues of a file. Cues between two parts have none: their scene is missing."""

    parts: tuple[RetimedPart, ...]
    """In order; all have the same speed."""
    rating: float
    """Nats by which a cue fits the speech better than by chance, on average."""


def find_retiming(cues: Sequence[Span], speech: Sequence[Span]) -> Retiming:
    """Return how the times of `cues` must change to fit `speech`; both are in order of their starts.

    `speech` are the stretches of speech of a recording, or the cues of a file that is in time. Raises `RetimingRefused`
    if the pattern of pauses does not show it for certain.
    """
    if len(cues) < LEAST_CUES:
        raise RetimingRefused(
            f"{len(cues)} spoken captions are too few to compare their pauses, {LEAST_CUES} are enough"
        )
    if not speech:
        raise RetimingRefused("there is no speech")
    pattern = speech_pattern(speech)
    starts = np.array([span.start for span in speech])
    score, retiming = max(
        (_retiming(pattern, starts, cues, rate) for rate in _likely_rates(pattern, cues)), key=lambda rated: rated[0]
    )
    if score < LEAST_RATING or retiming.rating < LEAST_RATING_OF_CUE:
        raise RetimingRefused("the pauses between the captions do not match those of the speech")
    for part in retiming.parts:
        rating = _rating(pattern, cue_spans(cues, float(part.rate)), Part(part.first, part.last, part.offset))
        if rating < LEAST_RATING_IN_PART * (part.last - part.first):
            start, end = cues[part.first].start, cues[part.last - 1].end
            raise RetimingRefused(
                f"the pauses between the captions from {start:.0f} to {end:.0f} s do not match those of the speech"
            )
    return retiming


def _likely_rates(pattern: SpeechPattern, cues: Sequence[Span]) -> Iterator[Fraction]:
    yield Fraction(1)
    best = {rate: OffsetSearch(pattern, cue_spans(cues, float(rate))).total().max() for rate in RATES if rate != 1}
    yield from sorted(best, key=lambda rate: -best[rate])[:MOST_RATES]


def _retiming(
    pattern: SpeechPattern, starts: NDArray[np.float64], cues: Sequence[Span], rate: Fraction
) -> tuple[float, Retiming]:
    """Return the best retiming at one speed, and its score."""
    spans = cue_spans(cues, float(rate))
    parts = find_parts(pattern, spans, OffsetSearch(pattern, spans).candidates())
    parts = list(_joined([_exact(pattern, starts, spans, part) for part in parts]))
    rating = sum(_rating(pattern, spans, part) for part in parts)
    score = rating - BREAK_COST * (len(parts) - 1) - RATE_COST * (rate != 1)
    return score, Retiming(tuple(RetimedPart(*part[:2], rate, part.offset) for part in parts), score / len(cues))


def _exact(pattern: SpeechPattern, starts: NDArray[np.float64], cues: CueSpans, part: Part) -> Part:
    """Return the part at its exact offset: that of the cues whose starts lie near a start of speech."""
    chosen = cues.part(part.first, part.last)
    offsets = part.offset + _FINE
    offset = float(offsets[pattern.rate(chosen, offsets).sum(axis=0).argmax()])
    for _ in range(2):
        moved = chosen.starts + offset
        after = np.clip(np.searchsorted(starts, moved), 1, len(starts) - 1) if len(starts) > 1 else np.zeros(1, int)
        distances = np.stack([starts[after - 1] - moved, starts[after] - moved])
        nearest = np.take_along_axis(distances, np.abs(distances).argmin(axis=0)[None], axis=0)[0]
        near = nearest[np.abs(nearest) < EDGE_REACH]
        if len(near) >= LEAST_EDGES:
            offset += float(np.median(near))
    return part._replace(offset=round(offset, 3))  # whole milliseconds, so that distances stay the same


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield the parts; neighbours whose exact offsets are the same are one part, with the cues between them."""
    current = parts[0]
    for part in parts[1:]:
        if abs(part.offset - current.offset) < 2 * NEAR:
            larger = max(current, part, key=lambda one: one.last - one.first)
            current = Part(current.first, part.last, larger.offset)
        else:
            yield current
            current = part
    yield current


def _rating(pattern: SpeechPattern, cues: CueSpans, part: Part) -> float:
    return float(pattern.rate(cues.part(part.first, part.last), np.array([part.offset])).sum())
