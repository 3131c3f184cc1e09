"""Results of recognition, made by hand: regions one after another, without audio."""

from __future__ import annotations

from collections.abc import Iterable

from captioner.transcribe import RegionResult
from captioner.values import RegionReport, Segment


def results_of(regions: Iterable[tuple[str | None, float, str]], probability: float | None = 0.9) -> list[RegionResult]:
    """Return a result for each language, length in seconds and text."""
    results, start = [], 0.0
    for index, (language, seconds, text) in enumerate(regions):
        end = start + seconds
        report = RegionReport(start, end, index, "ok" if text else "empty", text)
        segment = Segment(start, end, text, language=language) if text else None
        results.append(RegionResult(report, segment, language_probability=probability))
        start = end
    return results


def languages_of(results: Iterable[RegionResult]) -> list[str | None]:
    """Return the language of each segment, None for a region without one."""
    return [result.segment.language if result.segment else None for result in results]
