"""Results of recognition, made by hand: windows one after another, of silence."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from captioner.backends import Recognition
from captioner.transcribe import WindowResult, windows_of
from captioner.values import Audio

RATE = 100


def results_of(windows: Iterable[tuple[str | None, float, str]], probability: float | None = 0.9) -> list[WindowResult]:
    """Return a result for each language, length in seconds and text."""
    results, start = [], 0.0
    for language, seconds, text in windows:
        clip = Audio(np.zeros(round(seconds * RATE), np.float32), RATE, start)
        recognition = Recognition(
            "ok" if text else "empty",
            text,
            language=language if text else None,
            language_probability=probability,
        )
        results.append(WindowResult(next(windows_of([clip], None)), recognition))
        start = clip.end
    return results


def languages_of(results: Iterable[WindowResult]) -> list[str | None]:
    """Return the language of each text, None for a window without one."""
    return [result.recognition.language for result in results]
