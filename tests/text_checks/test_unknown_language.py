"""The warning about speech in a language that the recogniser does not know."""

from __future__ import annotations

import pytest

from captioner.backends import Traits
from captioner.text_checks import unknown_language_warning
from captioner.transcribe import RegionResult
from captioner.values import RegionReport, Segment

ENGLISH = Traits("whisper", "whisper-tiny.en", languages=("en",))


def result(seconds: float, matches: bool | None, confidence: float | None) -> RegionResult:
    report = RegionReport(0.0, seconds, 0, "ok", "Thank you.")
    segment = Segment(0.0, seconds, "Thank you.")
    return RegionResult(report, segment, confidence=confidence, window_matches=matches)


@pytest.mark.parametrize(
    ("results", "warns"),
    [
        ([result(10, True, 0.8), result(8, False, 0.7)], False),
        ([result(8, True, 0.8), result(10, False, 0.7)], True),
        ([result(8, True, 0.8), result(10, None, 0.4)], True),
        ([result(10, None, None)], False),
        ([result(2, False, 0.2)], False),
        ([], False),
    ],
)
def test_it_warns_if_most_of_the_text_is_doubtful(results: list[RegionResult], warns: bool) -> None:
    warning = unknown_language_warning(results, ENGLISH)
    assert (warning is not None) == warns
    if warning:
        assert warning.endswith(
            "whisper-tiny.en knows only English, so for another language or a better text run: "
            "captioner models pull whisper-small"
        )
    assert unknown_language_warning(results, Traits("glm")) is None, "a recogniser of many languages"
