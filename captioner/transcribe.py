"""Clips of speech to what was said in them, with an account of every one: the ledger."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, get_args

from captioner.backends import Backend, Hints, Recognition
from captioner.errors import BackendError, UnknownName, UsageError
from captioner.values import Audio, RegionReport, Segment, Span, Word

ContextMode = Literal["none", "previous"]
"""What of the transcript so far a backend is told."""


@dataclass(frozen=True)
class RegionResult:
    """What became of one speech region: its line in the ledger, and what was said unless nothing was heard.

    `clip` is its sound, None once nobody needs it any more.
    """

    report: RegionReport
    segment: Segment | None
    clip: Audio | None = None


def transcribe(
    clips: Iterable[Audio], backend: Backend, hints: Hints, context: ContextMode = "none"
) -> Iterator[RegionResult]:
    """One RegionResult for each clip, in order, as soon as the backend has it.

    With `context` "previous" the text of the clip before is added to the prompt. Clips then wait for each other, so a
    backend that hears ten at a time takes ten times as long.

    Lazy: a clip is pulled when the backend asks for it, and held until its answer has come. Raises
    `BackendError` when the backend gives up on all of them, or leaves clips without an answer; `UnknownName` for a
    `context` that is none, `UsageError` for one that the backend does not take.
    """
    if context not in get_args(ContextMode):
        raise UnknownName("context", context, get_args(ContextMode))
    if context == "previous" and not backend.traits.takes_context:
        raise UsageError(f"{backend.traits.name} takes a prompt for an instruction, not for what was said before")
    waiting: deque[Audio] = deque()

    def handed_over() -> Iterator[Audio]:
        for clip in clips:
            waiting.append(clip)
            yield clip

    hear = backend.transcribe if context == "none" else partial(_in_context, backend)
    for index, heard in enumerate(hear(handed_over(), hints)):
        if not waiting:
            raise BackendError(backend.traits.name, "it gave more answers than there were clips")
        yield _outcome(index, waiting.popleft(), heard)
    if waiting:
        raise BackendError(backend.traits.name, f"it left {len(waiting)} clips without an answer")


def _in_context(backend: Backend, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
    """One call for each clip, its prompt the user's and what was heard last.

    A text that failed or cannot be right would mislead the clips after it.
    """
    previous = ""
    for clip in clips:
        prompt = "\n".join(filter(None, (hints.prompt, previous)))
        previous = ""
        for heard in backend.transcribe([clip], replace(hints, prompt=prompt or None)):
            previous = heard.text if heard.status == "ok" and heard.reason is None else ""
            yield heard


def _outcome(index: int, clip: Audio, heard: Recognition) -> RegionResult:
    span = Span(clip.start, clip.end)
    words = _words_in(span, heard)
    reason = heard.reason
    if heard.words and not words:
        reason = reason or "its words do not spell its text, so their times are not used"
    report = RegionReport(
        span.start, span.end, index, heard.status, heard.text, reason, cached=heard.cached, attempts=heard.attempts
    )
    if not heard.text.strip():
        return RegionResult(report, None, clip)
    return RegionResult(report, Segment(span.start, span.end, heard.text, words, language=heard.language), clip)


def _words_in(span: Span, heard: Recognition) -> tuple[Word, ...]:
    """The words, held inside the region they were heard in; none if they do not spell the text."""
    if "".join(word.text for word in heard.words) != heard.text:
        return ()
    return tuple(replace(word, start=_held(word.start, span), end=_held(word.end, span)) for word in heard.words)


def _held(time: float, span: Span) -> float:
    return min(max(time, span.start), span.end)
