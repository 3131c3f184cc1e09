"""One clip to what was heard in it: cut in two where that helps, suspicious answers looked at twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from captioner.backends import Hints, Recognition
from captioner.backends.cloud.retry import ClipRejected, TooLong
from captioner.backends.hallucinations import hallucination_reason
from captioner.backends.split_clip import join_texts, split_clip
from captioner.values import Audio, Status, Word

SHORTEST_DOUBTED = 1.0
"""Seconds: a suspicious clip below this is not cut in two."""

SHORTEST_TOO_LONG = 5.0
"""Seconds: what finds a clip below this too long means something else by it."""


@dataclass(frozen=True)
class Answer:
    """What a recogniser says about one clip; its words, where there are any, spell the text."""

    text: str
    words: tuple[Word, ...] = ()
    language: str | None = None
    confidence: float | None = None


Ask = Callable[[Audio, Hints], Answer]
"""Raises `Refused`."""


def transcribe_clip(clip: Audio, hints: Hints, ask: Ask, *, longest: float) -> Recognition:
    """What becomes of `clip`. One above `longest` seconds is asked for in parts, and so is one that the service finds
    too long, and one whose text cannot be right: then without prompt and hotwords, which may be what misled it."""
    try:
        if clip.duration > longest:
            raise TooLong(f"longer than {longest:g} s")
        answer = ask(clip, hints)
    except TooLong as refusal:
        return _in_two(clip, hints, ask, longest) if clip.duration >= SHORTEST_TOO_LONG else _refused(refusal)
    except ClipRejected as refusal:
        return _refused(refusal)
    return _second_look(clip, hints, ask, _heard(answer), longest)


def _second_look(clip: Audio, hints: Hints, ask: Ask, heard: Recognition, longest: float) -> Recognition:
    doubt = hallucination_reason(heard.text, clip.duration, hints)
    if doubt is None:
        return heard
    flagged = replace(heard, reason=doubt)
    if clip.duration < SHORTEST_DOUBTED:
        return flagged
    bare = Hints(language=hints.language)
    parts = [_plainly(part, bare, ask) for part in split_clip(clip)]
    again = _together(parts)
    if again.status != "ok":
        return flagged  # what was said at first is more than nothing
    return replace(again, reason=hallucination_reason(again.text, clip.duration, hints) or _first(parts))


def _plainly(part: Audio, hints: Hints, ask: Ask) -> Recognition:
    """A half that was cut out of doubt: looked at, and not cut again."""
    try:
        heard = _heard(ask(part, hints))
    except ClipRejected as refusal:
        return _refused(refusal)
    return replace(heard, reason=hallucination_reason(heard.text, part.duration, hints))


def _in_two(clip: Audio, hints: Hints, ask: Ask, longest: float) -> Recognition:
    return _together([transcribe_clip(part, hints, ask, longest=longest) for part in split_clip(clip)])


def _together(parts: list[Recognition]) -> Recognition:
    """One Recognition of two: cut short (`truncated`) where only one of them was heard."""
    text = join_texts(part.text for part in parts)
    fates: set[Status] = {part.status for part in parts}
    reason = _first(parts)
    if fates <= {"ok", "empty"}:
        status: Status = "ok" if text else "empty"
    elif text:
        status, reason = "truncated", f"a part of it is missing: {reason}"
    else:
        status = "blocked" if "blocked" in fates else "failed"
    confidences = [part.confidence for part in parts if part.confidence is not None]
    return Recognition(
        status,
        text,
        _words(parts, text),
        parts[0].language or parts[1].language,
        min(confidences, default=None),
        reason,
    )


def _words(parts: list[Recognition], text: str) -> tuple[Word, ...]:
    """The words of both parts with the space between them, if they still spell the text."""
    first, second = (list(part.words) for part in parts)
    if first and second and parts[0].text + parts[1].text != text:
        second[0] = replace(second[0], text=" " + second[0].text)
    words = (*first, *second)
    return words if "".join(word.text for word in words) == text else ()


def _first(parts: list[Recognition]) -> str | None:
    return next((part.reason for part in parts if part.reason), None)


def _heard(answer: Answer) -> Recognition:
    status: Status = "ok" if answer.text else "empty"
    return Recognition(status, answer.text, answer.words, answer.language, answer.confidence)


def _refused(refusal: ClipRejected) -> Recognition:
    return Recognition(refusal.status, reason=str(refusal))
