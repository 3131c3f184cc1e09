"""Transcribes one clip: splits it if that helps, and checks its text for hallucinations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from captioner.backends.contract import Hints, Recognition
from captioner.backends.hallucinations import hallucination_reason
from captioner.backends.split_clip import split_clip
from captioner.text.joining import join_texts
from captioner.values import Audio, Status, Word

SHORTEST_DOUBTFUL = 1.0
"""Seconds: a shorter clip is not split when its text is doubtful."""

SHORTEST_TOO_LONG = 5.0
"""Seconds: a shorter clip is never split. A service that calls it too long has another reason."""


class ClipRejected(Exception):
    """The clip cannot be recognised, and a retry would not help; `status` goes into its Recognition."""

    def __init__(self, reason: str, status: Status = "failed") -> None:
        super().__init__(reason)
        self.status = status


class TooLong(ClipRejected):
    """The clip is longer or larger than the model or the service takes; its halves may be accepted."""


@dataclass(frozen=True)
class Transcription:
    """The text that one request returned for a clip or a part of one."""

    text: str

    words: tuple[Word, ...] = ()
    """Words with times on the media's clock; joined they spell `text`. Empty without times."""

    language: str | None = None
    """A BCP 47 tag."""

    confidence: float | None = None
    """From 0 to 1."""

    language_probability: float | None = None
    """How sure the model is of a language that it detected, from 0 to 1."""


RequestText = Callable[[Audio, Hints], Transcription]
"""Transcribes one part of a clip by a model or service. Raises `ClipRejected`, `TooLong`."""


def transcribe_clip(clip: Audio, hints: Hints, request_text: RequestText, *, longest: float) -> Recognition:
    """Return the Recognition of `clip`, with as many calls of `request_text` as it needs.

    A clip above `longest` seconds is split, as is one that raises `TooLong`. One whose text is doubtful is split as
    well and requested again without prompt and hotwords, which may be what misled the model.
    """
    try:
        if clip.duration > longest:
            raise TooLong(f"longer than {longest:g} s")
        transcription = request_text(clip, hints)
    except TooLong as error:
        return _split(clip, hints, request_text, longest) if clip.duration >= SHORTEST_TOO_LONG else _rejected(error)
    except ClipRejected as error:
        return _rejected(error)
    return _checked(clip, hints, request_text, _recognition(transcription))


def _checked(clip: Audio, hints: Hints, request_text: RequestText, first: Recognition) -> Recognition:
    """Return `first`, or the result of a second try in two parts if its text is doubtful."""
    doubt = hallucination_reason(first.text, clip.duration, hints)
    if doubt is None:
        return first
    flagged = replace(first, reason=doubt)
    if clip.duration < SHORTEST_DOUBTFUL:
        return flagged
    parts = [_without_hints(part, hints.language, request_text) for part in split_clip(clip)]
    second = _joined(parts)
    if second.status != "ok":
        return flagged  # doubtful text is better than none
    return replace(second, reason=hallucination_reason(second.text, clip.duration, hints) or _first_reason(parts))


def _without_hints(part: Audio, language: str | None, request_text: RequestText) -> Recognition:
    """Return the Recognition of one part of a doubtful clip; its text is checked, but it is not split again."""
    hints = Hints(language)
    try:
        recognition = _recognition(request_text(part, hints))
    except ClipRejected as error:
        return _rejected(error)
    return replace(recognition, reason=hallucination_reason(recognition.text, part.duration, hints))


def _split(clip: Audio, hints: Hints, request_text: RequestText, longest: float) -> Recognition:
    return _joined([transcribe_clip(part, hints, request_text, longest=longest) for part in split_clip(clip)])


def _joined(parts: list[Recognition]) -> Recognition:
    """Return the two Recognitions joined; `truncated` if only one of them has text and the other failed."""
    text = join_texts(part.text for part in parts)
    statuses: set[Status] = {part.status for part in parts}
    reason = _first_reason(parts)
    if statuses <= {"ok", "empty"}:
        status: Status = "ok" if text else "empty"
    elif text:
        status, reason = "truncated", f"a part of the text is missing: {reason}"
    else:
        status = "blocked" if "blocked" in statuses else "failed"
    language = parts[0] if parts[0].language else parts[1]
    confidences = [part.confidence for part in parts if part.confidence is not None]
    return Recognition(
        status,
        text,
        _joined_words(parts, text),
        language.language,
        min(confidences, default=None),
        reason,
        language_probability=language.language_probability,
    )


def _joined_words(parts: list[Recognition], text: str) -> tuple[Word, ...]:
    """Return the words of both parts with the space between them; empty if they do not spell the text."""
    first, second = (list(part.words) for part in parts)
    if first and second and parts[0].text + parts[1].text != text:
        second[0] = replace(second[0], text=" " + second[0].text)
    words = (*first, *second)
    return words if "".join(word.text for word in words) == text else ()


def _first_reason(parts: list[Recognition]) -> str | None:
    return next((part.reason for part in parts if part.reason), None)


def _recognition(transcription: Transcription) -> Recognition:
    return Recognition(
        "ok" if transcription.text else "empty",
        transcription.text,
        transcription.words,
        transcription.language,
        transcription.confidence,
        language_probability=transcription.language_probability,
    )


def _rejected(error: ClipRejected) -> Recognition:
    return Recognition(error.status, reason=str(error))
