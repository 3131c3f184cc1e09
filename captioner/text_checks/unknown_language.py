"""Notices speech in a language that the recogniser does not know: it writes text of its own language all the same."""

from __future__ import annotations

from collections.abc import Iterable

from captioner.backends import Traits
from captioner.languages import language_name
from captioner.models.catalogue import SUGGESTED, pull_command
from captioner.transcribe import RegionResult

UNSURE = 0.45
"""Confidence below which a text counts as doubtful, as it does where it does not match the audio. tiny.en had 0.28 to
0.63 over 13 recordings in other languages, where the aligner found a mismatch if this was above 0.45, and 0.52 to 0.85
over 20 English ones. Of these, three meetings recorded from afar were doubtful too: there the text is poor."""

LEAST_SPEECH = 3.0
"""Seconds of speech: shorter recordings are not judged."""


def unknown_language_warning(results: Iterable[RegionResult], traits: Traits) -> str | None:
    """Return a warning if most of the text is doubtful and the recogniser knows only one language; None otherwise."""
    if len(traits.languages) != 1:
        return None
    judged = [(result.report.duration, _is_doubtful(result)) for result in results if result.report.text.strip()]
    speech = sum(seconds for seconds, _ in judged)
    if speech < LEAST_SPEECH or sum(seconds for seconds, doubtful in judged if doubtful) <= speech / 2:
        return None
    known = language_name(traits.languages[0])
    return (
        f"most of the text does not match the speech; {traits.model or traits.name} knows only {known}, so for another "
        f"language or a better text run: {pull_command(SUGGESTED)}"
    )


def _is_doubtful(result: RegionResult) -> bool:
    unsure = result.confidence is not None and result.confidence < UNSURE
    return unsure or result.window_matches is False or result.report.suspected is not None
