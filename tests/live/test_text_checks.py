"""Live captions get the same checks of the text as files, by what is known so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import pytest

from captioner.backends import Hints, Recognition, Traits
from captioner.values import Audio
from tests.live.live_parts import SteppedSession, speech_chunks


class Returning:
    """A backend that returns the results of a list, for partials and clips alike, and the last one again and again."""

    traits = Traits("returning")

    def __init__(self, results: Iterable[Recognition]) -> None:
        self._results = list(results)
        self._calls = count()

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        for _ in clips:
            yield self._results[min(next(self._calls), len(self._results) - 1)]

    def close(self) -> None:
        pass


def session(*texts: str, language: str | None = None, **options: object) -> SteppedSession:
    """Return a session that has captioned the three sentences, for which the backend returned these texts."""
    backend = Returning(Recognition("ok", text, language=language) for text in texts)
    played = SteppedSession(backend, **options)  # type: ignore[arg-type]
    played.play(speech_chunks())
    played.end()
    return played


def finals(played: SteppedSession) -> list[str]:
    return [caption.text for caption in played.finals]


def test_an_invented_text_is_in_the_report_and_not_in_a_caption() -> None:
    played = session("One.", "you", "Three.")
    assert finals(played) == ["One.", "Three."]
    reports = [each.report for each in played.region_reports]
    assert [bool(report.suspected) for report in reports] == [False, True, False]
    assert [report.status for report in reports] == ["ok"] * 3
    assert reports[1].text == "you"
    assert played.session.counts.suspected == 1
    assert played.session.counts.lost == 0


def test_it_is_shown_if_asked_for() -> None:
    played = session("One.", "you", "Three.", keep_suspected=True)
    assert finals(played) == ["One.", "you", "Three."]
    assert played.session.counts.suspected == 1


@pytest.mark.parametrize("text", ["you", "Thank you.", "..."])
def test_no_partial_shows_a_text_that_may_be_left_out(text: str) -> None:
    assert not session(text, partials=True).partials


def test_punctuation_alone_gets_no_caption() -> None:
    played = session("One.", "...", "♪")
    assert finals(played) == ["One.", "♪"]
    assert [each.report.status for each in played.region_reports] == ["ok", "empty", "ok"]


def test_chinese_is_in_the_script_of_the_text_so_far() -> None:
    texts = "我们的头发很长", "為什麼發展", "这样"
    assert finals(session(*texts, language="zh")) == ["我们的头发很长", "为什么发展", "这样"]
    assert finals(session(*texts, language="zh", chinese_script="hant")) == ["我們的頭髮很長", "為什麼發展", "這樣"]
    assert finals(session(*texts, language="zh", chinese_script="keep")) == [*texts]


def test_an_odd_language_takes_that_of_the_text_before() -> None:
    backend = Returning([Recognition("ok", "Yes.", language=tag) for tag in ("en", "cy", "en")])
    played = SteppedSession(backend)
    played.play(speech_chunks())
    played.end()
    assert [caption.language for caption in played.finals] == ["en"] * 3
