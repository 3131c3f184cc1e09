"""Transcribes speech clips by a backend, with a report on each region."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, get_args

from captioner.backends import Backend, Hints, Recognition, Traits
from captioner.errors import BackendError, UnknownName, UsageError
from captioner.speech import SAMPLE_RATE, SpeechOptions
from captioner.values import Audio, RegionReport, Segment, Span, Word

ContextMode = Literal["none", "previous"]
"""The earlier text that a backend gets as context: none, or that of the previous region."""


@dataclass(frozen=True)
class RegionResult:
    """The result for one speech region."""

    report: RegionReport

    segment: Segment | None
    """The text; None if there is none."""

    clip: Audio | None = None
    """The audio; None when it is no longer needed."""

    matches: bool | None = None
    """Whether text and sound belong together, as the aligner judges; None if it does not."""

    language_probability: float | None = None
    """How sure the backend is of the segment's language, from 0 to 1; None if it does not say."""


def transcribe(
    clips: Iterable[Audio], backend: Backend, hints: Hints, context: ContextMode = "none"
) -> Iterator[RegionResult]:
    """Yield one RegionResult for each clip, in order, as soon as the backend has it.

    With `context` "previous" the text of the previous clip is added to the prompt. Clips then run one after the other,
    so a backend that works on ten at a time takes ten times as long.

    Lazy: a clip is pulled when the backend asks for it, and held until its result arrives. Raises `BackendError` when
    the backend fails, or returns too few or too many results; `UnknownName` for an unknown `context`; `UsageError` for
    one that the backend cannot use.
    """
    if context not in get_args(ContextMode):
        raise UnknownName("context", context, get_args(ContextMode))
    if context == "previous" and not backend.traits.takes_context:
        raise UsageError(f"{backend.traits.name} reads the prompt as an instruction; use --context none")
    pulled: deque[Audio] = deque()

    def pull() -> Iterator[Audio]:
        for clip in clips:
            pulled.append(clip)
            yield clip

    recognise = backend.transcribe if context == "none" else partial(_transcribe_with_context, backend)
    for index, recognition in enumerate(recognise(pull(), hints)):
        if not pulled:
            raise BackendError(backend.traits.name, "it returned more results than there were clips")
        yield _region_result(index, pulled.popleft(), recognition)
    if pulled:
        raise BackendError(backend.traits.name, f"it returned no result for {len(pulled)} clips")


def _transcribe_with_context(backend: Backend, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
    """Call the backend for each clip, with the previous text at the end of its prompt.

    Failed or doubtful text is left out, since it would mislead the following clips.
    """
    previous = ""
    for clip in clips:
        prompt = "\n".join(filter(None, (hints.prompt, previous)))
        previous = ""
        for recognition in backend.transcribe([clip], replace(hints, prompt=prompt or None)):
            previous = recognition.text if recognition.status == "ok" and recognition.reason is None else ""
            yield recognition


def _region_result(index: int, clip: Audio, recognition: Recognition) -> RegionResult:
    span = Span(clip.start, clip.end)
    words = _words_within(span, recognition)
    reason = recognition.reason
    if recognition.words and not words:
        reason = reason or "the words of the backend do not spell its text, so their times are not used"
    report = RegionReport(
        span.start,
        span.end,
        index,
        recognition.status,
        recognition.text,
        reason,
        cached=recognition.cached,
        attempts=recognition.attempts,
    )
    if not recognition.text.strip():
        return RegionResult(report, None, clip)
    segment = Segment(span.start, span.end, recognition.text, words, language=recognition.language)
    return RegionResult(report, segment, clip, language_probability=recognition.language_probability)


def _words_within(span: Span, recognition: Recognition) -> tuple[Word, ...]:
    """Return the words with their times limited to `span`; empty if they do not spell the text."""
    if "".join(word.text for word in recognition.words) != recognition.text:
        return ()
    return tuple(
        replace(word, start=_limited(word.start, span), end=_limited(word.end, span)) for word in recognition.words
    )


def _limited(time: float, span: Span) -> float:
    return min(max(time, span.start), span.end)


def limit_regions(speech: SpeechOptions, traits: Traits, longest: float = math.inf) -> SpeechOptions:
    """Return the options with no region longer than the backend takes, nor than `longest` seconds.

    Raises `BackendError` if that is too short, or if the backend asks for another sample rate.
    """
    if traits.sample_rate != SAMPLE_RATE:
        raise BackendError(traits.name, f"asks for audio of {traits.sample_rate} Hz; captioner gives {SAMPLE_RATE} Hz")
    try:
        return replace(speech, longest_region=min(speech.longest_region, traits.longest_clip, longest))
    except ValueError as error:
        reason = f"takes no clip above {traits.longest_clip:g} s, which is too short: {error}"
        raise BackendError(traits.name, reason) from error
