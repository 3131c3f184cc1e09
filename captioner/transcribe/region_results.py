"""Divides the text of a window among its regions by the times of its words, with a report on each region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from captioner.text.punctuation import is_punctuation
from captioner.transcribe.recognition_windows import Window
from captioner.transcribe.window_recognition import WindowResult
from captioner.values import Audio, RegionReport, Segment, Word


@dataclass(frozen=True)
class WordTimes:
    """The words of a window's text with times on the clock of its clip, and where these come from."""

    words: tuple[Word, ...] = ()
    """In order; they spell the text. May be empty for a window of a single region."""

    timing: str | None = None
    """Name of the aligner, or "backend"; None if the times are only good enough to show the region of each word."""

    doubt: str | None = None
    """Why the times may be wrong, in one sentence; None without doubt."""

    matches: bool | None = None
    """Whether text and audio belong together; None if that was not judged."""


NO_TIMES = WordTimes()


@dataclass(frozen=True)
class RegionResult:
    """The result for one speech region."""

    report: RegionReport

    segment: Segment | None
    """The text; None if there is none."""

    matches: bool | None = None
    """Whether text and audio belong together, as the aligner judges; None if it does not judge the region alone."""

    clip: Audio | None = None
    """The audio of the region; None when it is no longer needed."""

    confidence: float | None = None
    """How sure the backend is of the text of the window, from 0 to 1; None if it does not say."""

    window_matches: bool | None = None
    """As `matches`, of the text and the audio of the whole window."""


def region_results(result: WindowResult, times: WordTimes, first: int) -> Iterator[RegionResult]:
    """Yield the result of each region of a window. `first` is the number of the first of them.

    The text of a region is that of the words that are said in it. A region without words is `empty`.
    """
    window, recognition = result.window, result.recognition
    divided = words_by_region(times.words, window)
    for offset, (region, words) in enumerate(zip(window.regions, divided, strict=True)):
        alone = len(window.regions) == 1
        text = recognition.text if alone else "".join(word.text for word in words)
        is_wordless = is_punctuation(text)
        is_empty = recognition.status == "ok" and (is_wordless or not (alone or text))
        status = "empty" if is_empty else recognition.status
        doubts = ["the text is punctuation alone"] if is_wordless else [recognition.reason, times.doubt]
        report = RegionReport(
            region.start,
            region.end,
            first + offset,
            status,
            text,
            reason=_joined(*doubts) if is_wordless or status != "empty" else None,
            cached=recognition.cached,
            attempts=0 if offset else recognition.attempts,
            timing=times.timing if text.strip() and not is_wordless else None,
        )
        if is_wordless or not text.strip():
            yield RegionResult(report, None, confidence=recognition.confidence, window_matches=times.matches)
            continue
        shown = words if times.timing else ()
        segment = Segment(region.start, region.end, text, shown, language=recognition.language)
        matches = times.matches if alone else None
        yield RegionResult(report, segment, matches, region, recognition.confidence, times.matches)


def words_by_region(words: Sequence[Word], window: Window) -> list[tuple[Word, ...]]:
    """Return the words of each region, at their times in the media and inside the region.

    A word belongs to the region in which its middle lies, or the nearest one, and never to one before that of the
    previous word. The first word of a region after another has no space before it.
    """
    divided: list[list[Word]] = [[] for _ in window.regions]
    index = 0
    for word in words:
        index = max(index, window.region_at((word.start + word.end) / 2))
        region, shift = window.regions[index], window.regions[index].start - window.spans[index].start
        start = min(max(word.start + shift, region.start), region.end)
        end = min(max(word.end + shift, start), region.end)
        text = word.text.lstrip() if index and not divided[index] else word.text
        divided[index].append(replace(word, start=start, end=end, text=text))
    return [tuple(part) for part in divided]


def _joined(*reasons: str | None) -> str | None:
    return "; ".join(filter(None, reasons)) or None
