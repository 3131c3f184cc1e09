"""Adds word times to results that have none: an aligner works in a thread beside the backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from captioner.align import Aligner, Alignment
from captioner.transcribe import RegionResult
from captioner.values import Audio


def time_words(
    results: Iterable[RegionResult], aligner: Aligner | None, language: str | None = None
) -> Iterator[RegionResult]:
    """Yield the same results, in order, with word times and without their clips.

    One result is timed while the backend works on the next. Words that the backend has timed stay as they are. Without
    an `aligner`, segments without words stay so. `language` is the BCP 47 tag for segments that have none. The
    aligner's doubt becomes the reason in the region's report.
    """
    if aligner is None:
        yield from (replace(result, clip=None) for result in results)
        return
    with ThreadPoolExecutor(1, "timing") as worker:
        upcoming: Future[RegionResult] | None = None
        for result in results:
            timed = worker.submit(_timed, result, aligner, language)
            if upcoming is not None:
                yield upcoming.result()
            upcoming = timed
        if upcoming is not None:
            yield upcoming.result()


def _timed(result: RegionResult, aligner: Aligner, language: str | None) -> RegionResult:
    segment, clip = result.segment, result.clip
    if segment is None or segment.words or clip is None:
        return replace(result, clip=None)
    alignment = _checked(aligner, clip, segment.text, segment.language or language)
    reason = "; ".join(filter(None, (result.report.reason, alignment.doubt))) or None
    return RegionResult(replace(result.report, reason=reason), replace(segment, words=alignment.words))


def _checked(aligner: Aligner, clip: Audio, text: str, language: str | None) -> Alignment:
    """Return the aligner's words, or none if they do not spell `text`."""
    alignment = aligner.align(clip, text, language)
    if "".join(word.text for word in alignment.words) == text:
        return alignment
    return Alignment((), f"the words of {aligner.name} do not spell the text; their times are not used")
