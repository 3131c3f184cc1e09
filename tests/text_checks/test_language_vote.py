"""One language for a recording, unless the speech really changes: by weight, by the script and by the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.text_checks import LanguageVote, settle_languages
from captioner.transcribe import WindowResult
from tests.text_checks.window_results import languages_of, results_of

ENGLISH = "and so it is what we have seen of the sea"
FRENCH = "je ne sais pas ce que vous dites de la mer"
WELSH = "Ie."


def settled(*regions: tuple[str | None, float, str], asked: str | None = None) -> list[str | None]:
    return languages_of(settle_languages(results_of(regions), asked))


def test_an_odd_region_takes_the_language_of_the_others() -> None:
    assert settled(("en", 5, "Yes."), ("cy", 3, WELSH), ("en", 6, "No.")) == ["en"] * 3
    assert settled(("cy", 3, WELSH), ("en", 5, "Yes."), ("en", 6, "No.")) == ["en"] * 3
    assert settled(("en", 5, "Yes."), ("en", 6, "No."), ("cy", 3, WELSH)) == ["en"] * 3


def test_one_window_between_others_is_not_enough() -> None:
    assert settled(*[("en", 28, "Yes.")] * 3, ("cy", 28, WELSH), *[("en", 28, "No.")] * 3) == ["en"] * 7


@pytest.mark.parametrize("seconds", [6.0, 28.0])
def test_speech_that_changes_keeps_its_languages(seconds: float) -> None:
    regions = [("en", seconds, "Yes.")] * 10 + [("tr", seconds, "Evet.")] * 10 + [("en", seconds, "No.")] * 10
    assert settled(*regions) == [language for language, _, _ in regions]


def test_a_text_in_another_script_or_with_other_words_keeps_its_language() -> None:
    regions = [("en", 3, ENGLISH), ("fr", 3, FRENCH), ("en", 3, ENGLISH), ("ja", 2, "そうですね"), ("en", 3, "Yes.")]
    assert settled(*regions) == ["en", "fr", "en", "ja", "en"]


def test_the_text_shows_the_language_where_the_backend_is_wrong() -> None:
    assert settled(("en", 9, ENGLISH), ("en", 3, "そうですね"), ("cy", 3, ENGLISH)) == ["en", "ja", "en"]
    assert settled(("ja", 3, "Thank you."), ("zh", 3, "今天"), ("zh", 3, "明天")) == ["zh"] * 3


def test_a_backend_without_languages_is_not_overruled() -> None:
    assert settled((None, 3, ENGLISH), (None, 3, "今天我们"), (None, 3, "明天")) == [None, "zh", "zh"]
    assert settled((None, 3, "東京"), (None, 3, "はい"), (None, 3, ENGLISH)) == ["ja", "ja", None]


def test_a_sure_backend_counts_more() -> None:
    regions = [("en", 9, "Yes."), ("cy", 15, WELSH)]
    assert languages_of(settle_languages(results_of(regions, 0.3))) == ["cy", "cy"]
    sure, _ = results_of(regions, 0.95)
    assert languages_of(settle_languages([sure, results_of(regions, 0.3)[1]])) == ["en", "en"]


def test_the_language_that_was_asked_for_is_that_of_all() -> None:
    assert settled(("en", 3, ENGLISH), ("zh", 3, "今天"), (None, 3, FRENCH), asked="zh-Hant") == ["zh-Hant"] * 3


def test_a_running_vote_settles_each_region_at_once() -> None:
    vote = LanguageVote()
    regions = results_of([("en", 5, "Yes."), ("en", 5, "No."), ("cy", 3, WELSH), ("fr", 5, FRENCH), ("en", 5, "Yes.")])
    settled_at_once = [list(vote.add(result)) for result in regions]
    assert [len(results) for results in settled_at_once] == [1] * 5
    assert languages_of(result for results in settled_at_once for result in results)[:4] == ["en", "en", "en", "fr"]
    assert vote.language == "en"


def test_the_stage_holds_a_minute_of_speech_and_no_more() -> None:
    pulled = 0

    def regions(language: str | None) -> Iterator[WindowResult]:
        nonlocal pulled
        for result in results_of([(language, 10.0, "Yes.")] * 20):
            pulled += 1
            yield result

    next(settle_languages(regions("en")))
    assert pulled == 7
    next(settle_languages(regions(None)))
    assert pulled == 8


texts = st.sampled_from(["", "Yes.", WELSH, ENGLISH, FRENCH, "そうですね", "今天我们", "42", "♪"])
tags = st.sampled_from([None, "en", "fr", "cy", "ja", "zh", "yue"])


@given(st.lists(st.tuples(tags, st.floats(0.1, 30.0), texts)), st.none() | st.floats(0, 1))
def test_nothing_but_languages_changes(regions: list[tuple[str | None, float, str]], probability: float | None) -> None:
    before = results_of(regions, probability)
    for after in (
        list(settle_languages(before)),
        [result for vote in [LanguageVote()] for each in before for result in vote.add(each)],
    ):
        assert [_without_language(result) for result in after] == [_without_language(result) for result in before]


def _without_language(result: WindowResult) -> WindowResult:
    return replace(result, recognition=replace(result.recognition, language=None))
