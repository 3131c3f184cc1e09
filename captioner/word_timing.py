"""Finds the word times of windows and divides their text among the regions, in a thread beside the backend."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from queue import Queue
from threading import Thread

from captioner.align import FALLBACK, Aligner, Alignment, SpokenText, align_recording, load_aligner
from captioner.transcribe import RegionResult, WindowResult, WordTimes, region_results
from captioner.values import Audio, Word

BACKEND = "backend"
"""The timing of words that keep the times of their backend."""

NOT_SPELLED = "the words of {} do not spell the text; their times are not used"


NOT_IN_ORDER = "the words of {} are not in order; their times are not used"

MOST_DISORDER = 0.5
"""Seconds by which a word may start before an earlier one, at most."""


def time_words(
    results: Iterable[WindowResult],
    aligner: Aligner | None,
    language: str | None = None,
    *,
    exact: bool = False,
    source: str = BACKEND,
) -> Iterator[RegionResult]:
    """Yield the result of each region of the windows, in order, with word times.

    Windows are timed while the backend works on the next ones. The words of the backend are anchors for the `aligner`.
    They keep their times if these are `exact`, without an aligner, and where the aligner cannot time the text. Without
    an aligner, a text that has no times from its backend gets none. `language` is the BCP 47 tag for results that have
    none. The doubt of the aligner becomes the reason in the reports. `source` is how the reports name the times of the
    backend.
    """
    name = aligner.name if aligner and not exact else None
    waiting: deque[_Waiting] = deque()
    count = 0
    with _aligning(aligner or load_aligner(FALLBACK)) as submit:
        for result in results:
            anchors = _anchors(result)
            spoken = _spoken_text(result, anchors, language) if _needs_aligner(result, anchors, name) else None
            waiting.append(_Waiting(count, result, anchors, submit(spoken) if spoken else None, source))
            count += len(result.window.regions)
            while waiting and waiting[0].is_done:
                yield from waiting.popleft().region_results(name)
        submit(None)
        while waiting:
            yield from waiting.popleft().region_results(name)


@dataclass(frozen=True)
class _Waiting:
    """A window whose words are being timed."""

    first: int
    """Number of its first region."""

    result: WindowResult

    anchors: tuple[Word, ...]

    alignment: Future[Alignment] | None
    """None if no aligner looks at the text."""

    source: str
    """The timing of words that keep the times of their backend."""

    @property
    def is_done(self) -> bool:
        return self.alignment is None or self.alignment.done()

    def region_results(self, aligner: str | None) -> Iterator[RegionResult]:
        """Wait for the alignment and yield the results of the regions. `aligner` is the name of the one in use."""
        if self.alignment is None:
            times = _backend_times(self.result, self.anchors, self.source)
        elif aligner is None:
            doubt = _backend_times(self.result, self.anchors, self.source).doubt
            times = WordTimes(self.alignment.result().words, None, doubt)
        else:
            times = _best_times(self.result, self.anchors, self.alignment.result(), aligner, self.source)
        return region_results(self.result, times, self.first)


def _anchors(result: WindowResult) -> tuple[Word, ...]:
    """Return the words of the backend, inside the clip and in order; none if they cannot be used."""
    words: list[Word] = []
    if _fault_of_words(result) is None:
        for word in result.recognition.words:
            words.append(_inside(word, result.window.clip, words[-1].start if words else -math.inf))
    return tuple(words)


def _fault_of_words(result: WindowResult) -> str | None:
    """Return why the words of the backend cannot be used, as a format for its name; None if they can, or without any.

    Some are a little out of order in attention weights. More is a sign that times and words do not belong together.
    """
    words = result.recognition.words
    if not _spell(words, result):
        return NOT_SPELLED if words else None
    latest = -math.inf
    for word in words:
        if not (math.isfinite(word.start) and math.isfinite(word.end) and word.start > latest - MOST_DISORDER):
            return NOT_IN_ORDER
        latest = max(latest, word.start)
    return None


def _needs_aligner(result: WindowResult, anchors: Sequence[Word], aligner: str | None) -> bool:
    """Return whether an aligner has to time the text, or only to divide it among the regions."""
    if not result.recognition.text.strip():
        return False
    return aligner is not None or (len(result.window.regions) > 1 and not anchors)


def _spoken_text(result: WindowResult, anchors: tuple[Word, ...], language: str | None) -> SpokenText:
    window, recognition = result.window, result.recognition
    return SpokenText(window.clip, recognition.text, recognition.language or language, anchors, window.silences)


def _backend_times(result: WindowResult, anchors: tuple[Word, ...], source: str) -> WordTimes:
    """Return the times of the backend, or none."""
    if anchors:
        return WordTimes(anchors, source)
    fault = None if result.recognition.reason else _fault_of_words(result)
    return WordTimes(doubt=fault.format("the backend") if fault else None)


def _best_times(
    result: WindowResult, anchors: tuple[Word, ...], alignment: Alignment, aligner: str, source: str
) -> WordTimes:
    """Return the times of the aligner, unless it is not sure of them and the backend has some."""
    if not _spell(alignment.words, result):
        alignment = Alignment((), NOT_SPELLED.format(aligner))
    is_sure = alignment.words and alignment.timed_by is None and alignment.matches is not False
    words, timing = _with_confidence(alignment.words, anchors), alignment.timed_by or aligner
    if anchors and not is_sure:
        words, timing = anchors, source
    if not words:  # the text must still be divided among the regions
        words = load_aligner(FALLBACK).align(result.window.clip, result.recognition.text, None).words
        return WordTimes(words, None, alignment.doubt)
    doubt = alignment.doubt
    if doubt and timing != aligner:
        doubt = f"{doubt}; the words are timed by {f'the {source}' if timing == source else timing}"
    return WordTimes(words, timing, doubt, alignment.matches)


def _with_confidence(words: Sequence[Word], anchors: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words, each with the lowest confidence of the anchors that share a character with it."""
    confidences = [anchor.confidence for anchor in anchors for _ in anchor.text]

    def lowest(first: int, last: int) -> float | None:
        return min((known for known in confidences[first:last] if known is not None), default=None)

    edges = pairwise(accumulate((len(word.text) for word in words), initial=0))
    return tuple(replace(word, confidence=lowest(*edge)) for word, edge in zip(words, edges, strict=True))


def _inside(word: Word, clip: Audio, earliest: float) -> Word:
    """Return the word with its times limited to those of the clip, and not before `earliest`."""
    start = min(max(word.start, clip.start, earliest), clip.end)
    return replace(word, start=start, end=min(max(word.end, start), clip.end))


def _spell(words: Iterable[Word], result: WindowResult) -> bool:
    """Return whether the words spell the text of a result."""
    return "".join(word.text for word in words) == result.recognition.text


_Entry = tuple[SpokenText, Future[Alignment]]


@contextmanager
def _aligning(aligner: Aligner) -> Iterator[Callable[[SpokenText | None], Future[Alignment]]]:
    """Yield a function that hands a text to the aligner's thread and returns its future alignment; None ends the texts.

    One text waits while another is aligned; further ones are only taken when the aligner asks for them.
    """
    queue: Queue[_Entry | None] = Queue(1)
    thread = Thread(target=_align, args=(aligner, queue), name="timing", daemon=True)

    def submit(spoken: SpokenText | None) -> Future[Alignment]:
        future: Future[Alignment] = Future()
        queue.put(None if spoken is None else (spoken, future))
        return future

    try:
        thread.start()
        yield submit
    finally:
        if thread.is_alive():
            queue.put(None)
            thread.join()


def _align(aligner: Aligner, queue: Queue[_Entry | None]) -> None:
    """Align the texts of a queue up to None; an error of the aligner is that of all further texts."""
    entries = iter(queue.get, None)
    taken: deque[Future[Alignment]] = deque()

    def texts() -> Iterator[SpokenText]:
        for spoken, future in entries:
            taken.append(future)
            yield spoken

    try:
        for alignment in align_recording(aligner, texts()):
            taken.popleft().set_result(alignment)
        error: BaseException = RuntimeError(f"{aligner.name} returned too few alignments")
    except BaseException as raised:
        error = raised
    for future in taken:
        future.set_exception(error)
    for _, future in entries:
        future.set_exception(error)
