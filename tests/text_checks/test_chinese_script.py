"""Chinese in one script: that of the language, the one asked for, or the majority's; words stay whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.text_checks import ChineseScript, ChineseScriptVote, in_one_script
from captioner.values import Segment, Word

HANS, HANT = "我们的头发很长，发展很快。", "我們的頭髮很長，發展很快。"


def segment(text: str, language: str | None = "zh", size: int = 1) -> Segment:
    """Return a segment whose words have `size` characters."""
    cuts = range(0, len(text), size)
    words = tuple(Word(first / 10, (first + size) / 10, text[first : first + size]) for first in cuts)
    return Segment(0.0, len(text) / 10, text, words, language=language)


def shown(*segments: Segment, choice: ChineseScript = "auto", language: str | None = None) -> list[str]:
    return [each.text for each in in_one_script(segments, choice, language)]


def test_the_majority_decides() -> None:
    assert shown(segment(HANS), segment("為什麼"), segment(HANS)) == [HANS, "为什么", HANS]
    assert shown(segment(HANT), segment("为什么"), segment(HANT)) == [HANT, "為什麼", HANT]
    assert shown(segment("皇后在里面"), segment(HANT)) == ["皇后在里面", HANT]  # both scripts write it so


def test_the_script_that_was_asked_for() -> None:
    both = segment(HANS), segment(HANT)
    assert shown(*both, choice="hans") == [HANS, HANS]
    assert shown(*both, choice="hant") == [HANT, HANT]
    assert shown(*both, choice="keep", language="zh-Hans") == [HANS, HANT]
    assert shown(*both, language="zh-TW") == shown(*both, language="zh-Hant") == [HANT, HANT]
    assert shown(*both, language="zh-CN") == [HANS, HANS]
    assert shown(segment("皇后在里面"), choice="hant") == ["皇后在裡面"]


@pytest.mark.parametrize(
    ("language", "traditional"), [("zh", "這裡"), ("zh-TW", "這裡"), ("zh-HK", "這裏"), ("yue", "這裏")]
)
def test_traditional_is_that_of_the_place(language: str, traditional: str) -> None:
    assert shown(segment("这里", language), choice="hant") == [traditional]


def test_the_tag_names_a_script_that_was_asked_for() -> None:
    def tags(choice: ChineseScript, *languages: str) -> list[str | None]:
        return [each.language for each in in_one_script([segment(HANT, tag) for tag in languages], choice)]

    assert tags("hans", "zh", "zh-TW", "yue", "en") == ["zh-Hans", "zh-Hans", "yue-Hans", "en"]
    assert tags("auto", "zh", "zh-TW", "yue") == ["zh", "zh-TW", "yue"]


def test_other_languages_and_scripts_stay() -> None:
    others = [segment("头发と髪", "ja"), segment("Python 3.12 and 头", "en"), segment(HANS, None)]
    assert shown(*others, choice="hant") == [each.text for each in others]
    assert shown(segment("用 Python 发展 API", "zh"), choice="hant") == ["用 Python 發展 API"]


def test_phrases_are_converted_across_words() -> None:
    (converted,) = in_one_script([segment("理发和发展")], "hant")
    assert [word.text for word in converted.words] == ["理", "髮", "和", "發", "展"]


def test_a_running_vote_follows_the_text_so_far() -> None:
    vote = ChineseScriptVote()
    texts = []
    for each in (segment("为什么"), segment(HANT), segment("为什么")):
        vote.count(each)
        texts.append(vote.converted(each).text)
    assert texts == ["为什么", HANT, "為什麼"]


mixed = st.text(st.sampled_from("头发頭髮发發展里裡裏后後皇干乾杯面麵云雲台臺只隻 Pa3，。♪か"), min_size=1, max_size=30)


@given(
    st.lists(st.builds(segment, mixed, st.sampled_from(["zh", "yue", "zh-HK", "ja", "en", None]), st.integers(1, 4))),
    st.sampled_from(["auto", "hans", "hant", "keep"]),
)
def test_only_characters_change(segments: list[Segment], choice: ChineseScript) -> None:
    converted = in_one_script(segments, choice)
    for before, after in zip(segments, converted, strict=True):
        assert [replace(word, text="") for word in after.words] == [replace(word, text="") for word in before.words]
        assert (after.start, after.end, after.speaker) == (before.start, before.end, before.speaker)
    assert in_one_script(converted, choice) == converted
