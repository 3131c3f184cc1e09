"""Words in time for what was heard without: an aligner at work beside the recogniser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from captioner.align import Timer
from captioner.transcribe import RegionResult


def time_words(
    outcomes: Iterable[RegionResult], timer: Timer | None, language: str | None = None
) -> Iterator[RegionResult]:
    """The same outcomes, in order, their words in time and their sound let go.

    One is timed while the next is heard. Words that the backend has timed stay as they are; without a `timer` so do
    segments without words. `language` is a BCP 47 tag for segments that have none. The timer's doubt goes into the
    ledger.
    """
    if timer is None:
        yield from (replace(outcome, clip=None) for outcome in outcomes)
        return
    with ThreadPoolExecutor(1, "timing") as worker:
        upcoming: Future[RegionResult] | None = None
        for outcome in outcomes:
            timed = worker.submit(_timed, outcome, timer, language)
            if upcoming is not None:
                yield upcoming.result()
            upcoming = timed
        if upcoming is not None:
            yield upcoming.result()


def _timed(outcome: RegionResult, timer: Timer, language: str | None) -> RegionResult:
    segment, clip = outcome.segment, outcome.clip
    if segment is None or segment.words or clip is None:
        return replace(outcome, clip=None)
    words, doubt = timer.time(clip, segment.text, segment.language or language)
    reason = "; ".join(filter(None, (outcome.report.reason, doubt))) or None
    return RegionResult(replace(outcome.report, reason=reason), replace(segment, words=words))
