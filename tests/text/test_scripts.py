"""Which scripts are written without spaces, and how texts in them are joined and split."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.text.graphemes import grapheme_edges
from captioner.text.joining import join_texts, space_between
from captioner.text.line_breaks import may_break
from captioner.text.punctuation import CLOSERS, NOT_AT_LINE_END, NOT_AT_LINE_START, OPENERS
from captioner.text.scripts import (
    is_han,
    is_hiragana,
    is_katakana,
    is_syllabic,
    is_unspaced,
    is_unspaced_alphabet,
    meet_unspaced,
)
from captioner.text.word_split import split_words

texts = st.text() | st.text("ab ,漢字かｶﾞーไทยกำลัง한글é\u0301🇩🇪👩\u200d👧क्ष\n\u3000")

UNSPACED = {
    "Chinese": "漢字々〇𠮷⺀ㄅ",
    "Japanese": "かなカナーｶﾅｰﾞ゛ㇰ",
    "Thai": "กำลัง๑ฯๆ",
    "Lao": "ລາວ",
    "Khmer": "ខ្មែរ",
    "Burmese": "မြန်မာ",
    "Tai": "ᥖᦺᨠꪀ",
    "punctuation": "、。「」〜・！，．：；？（）［］｛｝｡｢｣､･￥㈱㎞",
}
SPACED = {
    "Latin": "Aéß",
    "full-width Latin and digits": "Ａｚ５",
    "Korean": "한국어ㅋᄒ㈀",
    "Arabic": "مرحبا",
    "Hindi": "नमस्ते",
    "emoji": "😀👩⌚🇩❤",
    "punctuation": "“”…—·.,!?$ \n",
}


@pytest.mark.parametrize("name", UNSPACED)
def test_scripts_without_spaces(name: str) -> None:
    assert [character for character in UNSPACED[name] if not is_unspaced(character)] == []


@pytest.mark.parametrize("name", SPACED)
def test_scripts_with_spaces(name: str) -> None:
    assert [character for character in SPACED[name] if is_unspaced(character)] == []


def test_the_scripts_of_east_asia() -> None:
    assert "".join(filter(is_han, "漢々〇かカ한A")) == "漢々〇"
    assert "".join(filter(is_hiragana, "漢かゝカー\u3099A")) == "かゝ\u3099"
    assert "".join(filter(is_katakana, "漢かカーｶｰﾞㇰA")) == "カーｶｰﾞㇰ"
    assert "".join(filter(is_syllabic, "漢か한ㅋไA")) == "漢か한"
    assert "".join(filter(is_unspaced_alphabet, "漢か。한ไລခកA")) == "ไລခក"


@given(st.characters())
def test_an_unspaced_alphabet_is_unspaced_and_not_syllabic(character: str) -> None:
    if is_unspaced_alphabet(character):
        assert is_unspaced(character)
        assert not is_syllabic(character)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("好", "吗", True),
        ("好", "—", True),
        ("”", "好", True),
        ("ไ", "ท", True),
        ("用", "P", False),
        ("”", "I", False),
        ("한", "국", False),
        ("A", "Ｂ", False),
    ],
)
def test_lines_are_joined_without_a_space_where_both_scripts_write_none(
    before: str, after: str, expected: bool
) -> None:
    assert meet_unspaced(before, after) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one", "two", " "),
        ("one ", "two", ""),
        ("one", "\ntwo", ""),
        ("", "two", ""),
        ("用", "Python", ""),
        ("ดี", "ครับ", ""),
        ("한국", "어", " "),
        ("か", "\u3099", " "),
    ],
)
def test_texts_are_joined_without_a_space_where_one_script_writes_none(before: str, after: str, expected: str) -> None:
    assert space_between(before, after) == expected


@given(st.lists(texts))
def test_joined_texts_hold_all_characters_but_spaces(parts: list[str]) -> None:
    assert "".join(join_texts(parts).split()) == "".join("".join(parts).split())


@given(texts)
def test_words_spell_their_text(text: str) -> None:
    words = split_words(text)
    assert "".join(words) == text
    assert all(words)
    assert all(word.strip() for word in words[:-1])


@given(texts)
def test_no_word_begins_inside_a_grapheme(text: str) -> None:
    """A mark that stands behind a space is the exception: the space parts words whatever follows (UAX #14, LB10)."""
    at = 0
    for word in split_words(text):
        assert at in grapheme_edges(text) or text[at - 1].isspace() or text[at].isspace()
        at += len(word)


def test_words_of_scripts_with_and_without_spaces() -> None:
    assert split_words(" We use GLM模型。\n") == [" We", " use", " GLM", "模", "型", "。", "\n"]
    assert split_words("ｶﾞｽ 가나") == ["ｶﾞ", "ｽ", " 가나"]


@given(texts)
def test_a_line_breaks_neither_inside_a_grapheme_nor_at_a_mark_that_must_not_stand_there(text: str) -> None:
    for index in range(1, len(text)):
        if may_break(text, index):
            assert index in grapheme_edges(text)
            assert text[index] not in NOT_AT_LINE_START
            assert text[index - 1] not in NOT_AT_LINE_END


def test_a_line_breaks_between_flags_but_not_inside_one() -> None:
    text = "国🇩🇪🇫🇷国"
    assert [index for index in range(1, len(text)) if may_break(text, index)] == [1, 5]


def test_brackets_close_what_they_open() -> None:
    assert set("([{〈《「『【〔〖〘〝（［｛｟｢") <= NOT_AT_LINE_END & set(OPENERS)
    assert set(")]}〉》」』】〕〗〙〟）］｝｠｣") <= NOT_AT_LINE_START & set(CLOSERS)
    categories = {unicodedata.category(character) for character in set(OPENERS) - set("\"'¡¿‚„“‘«‹<〝")}
    assert categories == {"Ps"}
