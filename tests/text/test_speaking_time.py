"""How long text takes to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.text.speaking_time import letters_to_say, speech_weights, syllables


@given(st.text())
def test_each_character_has_a_share(text: str) -> None:
    shares = speech_weights(text)
    assert len(shares) == len(text)
    assert min(shares, default=0.0) >= 0.0


@given(st.text(), st.text())
def test_more_text_takes_longer(text: str, more: str) -> None:
    assert 0 < syllables(text) <= syllables(text + more)
    assert letters_to_say(text + more) == letters_to_say(text) + letters_to_say(more)


def test_punctuation_takes_time_only_where_nothing_else_shows_the_pause() -> None:
    assert sum(speech_weights("Yes, no.")) > sum(speech_weights("Yes no")) + 1
    assert syllables("Yes, no.") == pytest.approx(syllables("Yes no"))


@pytest.mark.parametrize("word", ["한글", "가나"])
def test_hangul_takes_as_long_in_jamo(word: str) -> None:
    jamo = "".join(JAMO[syllable] for syllable in word)
    assert sum(speech_weights(jamo)) == sum(speech_weights(word)) == 2
    assert syllables(jamo) == syllables(word)
    assert letters_to_say(jamo) == letters_to_say(word) == 5


JAMO = {"한": "\u1112\u1161\u11ab", "글": "\u1100\u1173\u11af", "가": "\u1100\u1161", "나": "\u1102\u1161"}
