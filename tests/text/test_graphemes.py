"""What a reader takes for one character, and how wide it is."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.text.graphemes import grapheme_edges, graphemes, is_grapheme_edge
from captioner.text.width import bases, character_columns, is_visible

CLUSTERS = {
    "flags": ["🇩🇪", "🇫🇷", "🇯🇵"],
    "a family": ["👩\u200d👩\u200d👧", "👧"],
    "a skin tone": ["👍\U0001f3fd", "!"],
    "a keycap": ["1\ufe0f\u20e3", "2"],
    "a flag of tags": ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "a"],
    "accents": ["e\u0301\u0302", "e"],
    "Hangul in jamo": ["\u1112\u1161\u11ab", "\u1100\u1173\u11af"],
    "old Hangul": ["\ua960\ud7b0\ud7cb", "\u1112"],
    "Devanagari": ["क्ष", "त्रि", "य", "न", "म", "स्ते"],
    "Devanagari with a joiner": ["क्\u200dष", "क्\u200c", "ष"],
    "Bengali": ["ক্ষ", "মা"],
    "Gujarati": ["ક્ષ", "મા"],
    "Kannada": ["ಕ್ಷ", "ಮ"],
    "Gurmukhi": ["ਪ੍ਰੇ", "ਮ"],
    "Malayalam": ["ക്ഷ", "മ"],
    "Telugu": ["క్ష", "మ"],
    "Tamil": ["க்ஷ", "மி", "ஸ்ரீ", "க்", "க"],
    "Sinhala": ["ශ්\u200dරී", "ලං", "කා"],
    "Thai": ["กำ", "ลั", "ง", "น้ำ"],
    "Lao": ["ຄຳ", "ລ", "າ"],
    "Burmese": ["မြ", "န်", "မာ"],
    "Khmer": ["ក្រុ", "ម"],
    "Tibetan": ["བ", "སྒྲུ", "བ", "ས"],
    "kana with marks": ["か\u3099", "ｶﾞ", "は"],
    "Han with a variation": ["葛\U000e0100", "飾"],
    "an Arabic number sign": ["\u06001", "2"],
    "control characters": ["a", "\r\n", "\n", "\u200b", "b"],
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_graphemes(name: str) -> None:
    assert graphemes("".join(CLUSTERS[name])) == CLUSTERS[name]


@pytest.mark.parametrize("name", CLUSTERS)
def test_graphemes_of_a_text_in_any_normal_form_begin_with_the_same_letter(name: str) -> None:
    text = unicodedata.normalize("NFC", "".join(CLUSTERS[name]))
    composed = [unicodedata.normalize("NFC", cluster) for cluster in CLUSTERS[name]]
    assert graphemes(text) == composed


@given(st.text())
def test_graphemes_spell_their_text(text: str) -> None:
    clusters = graphemes(text)
    assert "".join(clusters) == text
    assert all(clusters)
    assert grapheme_edges(text) >= {0, len(text)}
    assert len(grapheme_edges(text)) == len(clusters) + 1


@given(st.text() | st.text(st.characters(categories=["L", "M", "Cf", "So"])))
def test_a_mark_begins_a_grapheme_only_where_no_letter_is_before_it(text: str) -> None:
    for before, after in pairwise(text):
        if unicodedata.category(after)[0] == "M" and unicodedata.category(before)[0] not in "CZM":
            assert not is_grapheme_edge(before + after, 1)


def test_an_edge_inside_a_flag_depends_on_the_flags_before() -> None:
    text = "🇩🇪🇫🇷"
    assert [is_grapheme_edge(text, index) for index in range(5)] == [True, False, True, False, True]
    assert is_grapheme_edge(text[1:], 1) is False


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("漢字", 4),
        ("e\u0301", 1),
        ("👩\u200d👩\u200d👧", 2),
        ("❤\ufe0f\u200d🔥", 1),
        ("👍\U0001f3fd", 2),
        ("🇩🇪", 2),
        ("한", 2),
        ("\u1112\u1161\u11ab", 2),
        ("क्\u200dष", 2),
        ("ｶﾞ", 2),
        ("กำ", 2),
    ],
)
def test_columns(text: str, columns: int) -> None:
    assert sum(map(character_columns, bases(text))) == columns


@pytest.mark.parametrize(
    ("text", "expected"), [("a", True), ("", False), (" \n\u200b\u2060\x1b", False), ("\u0301", True)]
)
def test_text_is_visible(text: str, expected: bool) -> None:
    assert is_visible(text) is expected
