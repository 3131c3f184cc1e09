"""Recognises windows by a backend; one that is lost is recognised again region by region."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, get_args

from captioner.backends import Backend, Hints, Recognition
from captioner.errors import BackendError, UnknownName, UsageError
from captioner.transcribe.recognition_windows import Window, join
from captioner.values import LOST_STATUSES, Audio

ContextMode = Literal["none", "previous"]
"""The earlier text that a backend gets as context: none, or that of the previous window."""

LEAST_UNHEARD = 1.5
"""Seconds of speech after the last word of a window from which the text is not complete. Whisper, which writes a whole
window at once, at times stops in the middle."""

FASTEST = 40.0
"""Characters a second, more than anyone says: word times that put more into a region are wrong."""

StoredResult = Callable[[Audio, Hints], Recognition | None]
"""Returns the result of a clip that the journal has; None if the backend must recognise it."""


@dataclass(frozen=True)
class WindowResult:
    """The result of recognising one window."""

    window: Window

    recognition: Recognition
    """The text of all regions, with words on the clock of the window's clip."""


def nothing_stored(clip: Audio, hints: Hints) -> Recognition | None:
    """Return None: there is no journal."""
    return None


def transcribe(
    windows: Iterable[Window],
    backend: Backend,
    hints: Hints,
    context: ContextMode = "none",
    stored: StoredResult = nothing_stored,
) -> Iterator[WindowResult]:
    """Yield the results of the windows, in order, as soon as the backend has them.

    A window that fails, is blocked or is truncated is divided into its regions, and each of them is recognised. So is
    one whose regions are `stored` but not the window itself; its other regions stay together. If the words of the
    backend end before the speech of a window does, the rest is recognised again as a window of its own.

    With `context` "previous" the text of the previous window is added to the prompt. Windows then run one after the
    other, so a backend that works on ten at a time takes ten times as long.

    Lazy: a window is pulled when the backend asks for it, and held until its result arrives. Raises `BackendError` when
    the backend fails, or returns too few or too many results; `UnknownName` for an unknown `context`; `UsageError` for
    one that the backend cannot use.
    """
    if context not in get_args(ContextMode):
        raise UnknownName("context", context, get_args(ContextMode))
    if context == "none":
        divided = (part for window in windows for part in _without_stored(window, hints, stored))
        yield from _recognise(divided, backend, hints)
        return
    if not backend.traits.takes_context:
        raise UsageError(f"{backend.traits.name} reads the prompt as an instruction; use --context none")
    yield from _recognise_with_context(windows, backend, hints, stored)


def _recognise(windows: Iterable[Window], backend: Backend, hints: Hints) -> Iterator[WindowResult]:
    pulled: deque[Window] = deque()

    def clips() -> Iterator[Audio]:
        for window in windows:
            pulled.append(window)
            yield window.clip

    for recognition in backend.transcribe(clips(), hints):
        if not pulled:
            raise BackendError(backend.traits.name, "it returned more results than there were clips")
        window = pulled.popleft()
        # Without an attempt the clip was not sent: the run is ending, or it was a dry run.
        if recognition.status in LOST_STATUSES and recognition.attempts and len(window.regions) > 1:
            yield from _with_attempts(_recognise(window.divided(), backend, hints), recognition.attempts)
        else:
            yield from _completed(WindowResult(window, recognition), backend, hints)
    if pulled:
        raise BackendError(backend.traits.name, f"it returned no result for {len(pulled)} clips")


def _with_attempts(results: Iterable[WindowResult], attempts: int) -> Iterator[WindowResult]:
    """Yield the results; `attempts` that were made before count for the first of them."""
    for result in results:
        recognition = replace(result.recognition, attempts=result.recognition.attempts + attempts)
        yield replace(result, recognition=recognition)
        attempts = 0


def _completed(result: WindowResult, backend: Backend, hints: Hints) -> Iterator[WindowResult]:
    """Yield the result; if its words end long before its speech, only its first regions, and those of the rest."""
    window, recognition = result.window, result.recognition
    if recognition.status != "ok" or not recognition.words or len(window.regions) == 1:
        yield result
        return
    last = max(window.region_at(word.start) for word in recognition.words)
    if sum(region.duration for region in window.regions[last + 1 :]) < LEAST_UNHEARD:
        yield result
        return
    kept = max(last, 1)  # the last region with words may lack some, too
    words = tuple(word for word in recognition.words if window.region_at(word.start) < kept)
    seconds = sum(region.duration for region in window.regions[:kept])
    is_spelled = "".join(word.text for word in recognition.words) == recognition.text
    if not is_spelled or sum(len(word.text) for word in words) > FASTEST * seconds:
        yield result  # the words tell nothing of where the text ends
        return
    known = replace(recognition, words=words, text="".join(word.text for word in words))
    yield WindowResult(window.part(0, kept), known)
    yield from _recognise([window.part(kept, len(window.regions))], backend, hints)


def _without_stored(window: Window, hints: Hints, stored: StoredResult) -> Iterator[Window]:
    """Yield the window, or its parts if the results of some of its regions are stored and that of the window is not."""
    if window.is_region or stored(window.clip, hints):
        yield window
        return
    known = [stored(region, hints) is not None for region in window.regions]
    for is_known, run in groupby(range(len(known)), key=known.__getitem__):
        indices = list(run)
        part = window.part(indices[0], indices[-1] + 1)
        yield from part.divided() if is_known else [part]


def _recognise_with_context(
    windows: Iterable[Window], backend: Backend, hints: Hints, stored: StoredResult
) -> Iterator[WindowResult]:
    """Call the backend for each window, with the previous text at the end of its prompt.

    Failed or doubtful text is left out, since it would mislead the following windows.
    """
    previous = ""
    for window in windows:
        rest: Window | None = window
        while rest is not None:
            prompt = "\n".join(filter(None, (hints.prompt, previous)))
            told = replace(hints, prompt=prompt or None)
            part, rest = _first_part(rest, told, stored)
            for result in _recognise([part], backend, told):
                recognition = result.recognition
                previous = recognition.text if recognition.status == "ok" and recognition.reason is None else ""
                yield result


def _first_part(window: Window, hints: Hints, stored: StoredResult) -> tuple[Window, Window | None]:
    """Return the first region and the rest if only the result of that region is stored; else the window and None."""
    count = len(window.regions)
    if window.is_region or stored(window.clip, hints) or not stored(window.regions[0], hints):
        return window, None
    return join(window.regions[:1]), window.part(1, count) if count > 1 else None
