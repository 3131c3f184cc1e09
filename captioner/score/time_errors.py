"""Errors of times, and speech during which nothing is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from captioner.values import Span

LIMITS = (0.05, 0.1, 0.2)
"""Seconds: viewers do not notice the first error, and the last one disturbs them."""

_ROUNDING = 0.00001
"""Seconds that float arithmetic may add to an error of exactly a limit."""


@dataclass(frozen=True)
class TimeErrors:
    """Statistics of time errors, in seconds."""

    count: int
    """The number of errors."""

    mean: float
    """The mean of the absolute errors."""

    median: float
    """The median of the absolute errors."""

    p90: float
    """The 90th percentile of the absolute errors."""

    late: float
    """The mean of the signed errors: positive if the hypothesis is late."""

    within: tuple[float, ...]
    """The share of errors up to each of `LIMITS`."""


def time_errors(errors: Iterable[float]) -> TimeErrors | None:
    """Return the statistics of signed errors in seconds; None if there are none.

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
    """Return the same time as spans in order that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(Span(span.start, span.end))
    return merged


def covered_seconds(speech: Sequence[Span], spans: Sequence[Span]) -> float:
    """Return the seconds of `speech` that lie in `spans`. Spans of one side may overlap each other.

    >>> covered_seconds([Span(0, 2), Span(1, 4)], [Span(3, 9), Span(0.5, 1)])
    1.5
    """
    covering = merge_spans(spans)
    seconds, first = 0.0, 0
    for span in merge_spans(speech):
        while first < len(covering) and covering[first].end <= span.start:
            first += 1
        for other in covering[first:]:
            if other.start >= span.end:
                break
            seconds += min(span.end, other.end) - max(span.start, other.start)
    return seconds
