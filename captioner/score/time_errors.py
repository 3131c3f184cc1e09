"""How far times lie from where they should, and which speech is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from captioner.values import Span

LIMITS = (0.05, 0.1, 0.2)
"""Seconds: nobody sees the first, viewers mind the last."""

_ROUNDING = 0.00001
"""Seconds that floats may add to an error of exactly a limit."""


@dataclass(frozen=True)
class TimeErrors:
    """Errors in seconds: how many, their mean, median and 90th percentile without sign, and `late`, the mean with it.

    `within` are the shares that are at most each of `LIMITS`.
    """

    count: int
    mean: float
    median: float
    p90: float
    late: float
    within: tuple[float, ...]


def time_errors(errors: Iterable[float]) -> TimeErrors | None:
    """The sum of signed errors, in seconds; None of none.

    >>> time_errors([0.0, -0.1, 0.1, 0.3])
    TimeErrors(count=4, mean=0.125, median=0.1, p90=0.24, late=0.075, within=(0.25, 0.75, 0.75))
    """
    signed = np.fromiter(errors, float)
    if not len(signed):
        return None
    size = np.abs(signed)
    figures = (size.mean(), np.median(size), np.percentile(size, 90), signed.mean())
    mean, median, p90, late = (round(float(figure), 6) for figure in figures)
    within = tuple(float(np.mean(size <= limit + _ROUNDING)) for limit in LIMITS)
    return TimeErrors(len(size), mean, median, p90, late, within)


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that neither overlap nor touch, in order."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(Span(span.start, span.end))
    return joined


def covered_seconds(speech: Sequence[Span], spans: Sequence[Span]) -> float:
    """Seconds of `speech` that lie in `spans`; both may overlap in themselves.

    >>> covered([Span(0, 2), Span(1, 4)], [Span(3, 9), Span(0.5, 1)])
    1.5
    """
    rest = merge_spans(spans)
    seconds, at = 0.0, 0
    for span in merge_spans(speech):
        while at < len(rest) and rest[at].end <= span.start:
            at += 1
        for other in rest[at:]:
            if other.start >= span.end:
                break
            seconds += min(span.end, other.end) - max(span.start, other.start)
    return seconds
