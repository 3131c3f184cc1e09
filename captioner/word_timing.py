"""Adds word times to results that have none: an aligner works in a thread beside the backend."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from queue import Queue
from threading import Thread

from captioner.align import Aligner, Alignment, SpokenText, align_recording
from captioner.transcribe import RegionResult


def time_words(
    results: Iterable[RegionResult], aligner: Aligner | None, language: str | None = None
) -> Iterator[RegionResult]:
    """Yield the same results, in order, with word times and without their clips.

    Results are timed while the backend works on the next ones. Words that the backend has timed stay as they are.
    Without an `aligner`, segments without words stay so. `language` is the BCP 47 tag for segments that have none. The
    aligner's doubt becomes the reason in the region's report.
    """
    if aligner is None:
        yield from (replace(result, clip=None) for result in results)
        return
    waiting: deque[tuple[RegionResult, Future[Alignment] | None]] = deque()
    with _aligning(aligner) as submit:
        for result in results:
            spoken = _untimed(result, language)
            waiting.append((replace(result, clip=None), submit(spoken) if spoken else None))
            while waiting and ((future := waiting[0][1]) is None or future.done()):
                yield _timed(*waiting.popleft(), aligner.name)
        submit(None)
        while waiting:
            yield _timed(*waiting.popleft(), aligner.name)


def _untimed(result: RegionResult, language: str | None) -> SpokenText | None:
    """Return the text of a result that needs word times, and its clip."""
    segment, clip = result.segment, result.clip
    if segment is None or segment.words or clip is None:
        return None
    return SpokenText(clip, segment.text, segment.language or language)


def _timed(result: RegionResult, future: Future[Alignment] | None, name: str) -> RegionResult:
    """Return the result with the words of its alignment, or without words if they do not spell its text."""
    segment = result.segment
    if future is None or segment is None:
        return result
    alignment = future.result()
    if "".join(word.text for word in alignment.words) != segment.text:
        alignment = Alignment((), f"the words of {name} do not spell the text; their times are not used")
    reason = "; ".join(filter(None, (result.report.reason, alignment.doubt))) or None
    return RegionResult(replace(result.report, reason=reason), replace(segment, words=alignment.words))


_Entry = tuple[SpokenText, Future[Alignment]]


@contextmanager
def _aligning(aligner: Aligner) -> Iterator[Callable[[SpokenText | None], Future[Alignment]]]:
    """Yield a function that hands a text to the aligner's thread and returns its future alignment; None ends the texts.

    One text waits while another is aligned; further ones are only taken when the aligner asks for them.
    """
    queue: Queue[_Entry | None] = Queue(1)
    thread = Thread(target=_align, args=(aligner, queue), name="timing")
    thread.start()

    def submit(spoken: SpokenText | None) -> Future[Alignment]:
        future: Future[Alignment] = Future()
        queue.put(None if spoken is None else (spoken, future))
        return future

    try:
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
