"""Sentences for translation, and translations on their time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.translate.sentence_times import placed_transcript, placed_words
from captioner.translate.sentences import Sentence, sentences_of, spread_words
from captioner.values import Segment, Transcript, Word

TEXTS = st.text("ab .!?,'日本あ。ЖяA1", min_size=1, max_size=40).filter(lambda text: bool(text.strip()))


def texts_of(*segments: Segment) -> list[str]:
    return [sentence.text for sentence in sentences_of(Transcript(segments))]


def test_a_sentence_runs_over_cues_until_its_full_stop() -> None:
    segments = (
        Segment(0, 2, "The old harbour was built"),
        Segment(2.1, 4, "in 1850. Mr. Smith"),
        Segment(4.1, 5, 'said: "Yes!"'),
        Segment(5.2, 6, "No."),
    )
    assert texts_of(*segments) == ["The old harbour was built in 1850.", 'Mr. Smith said: "Yes!"', "No."]


def test_a_pause_and_another_speaker_end_a_sentence() -> None:
    segments = (
        Segment(0, 1, "well", speaker="A"),
        Segment(1.5, 2, "you know", speaker="A"),
        Segment(2.1, 3, "yes", speaker="B"),
        Segment(5.5, 6, "and then", speaker="B"),
    )
    assert texts_of(*segments) == ["well you know", "yes", "and then"]


def test_chinese_lines_join_without_a_space() -> None:
    assert texts_of(Segment(0, 1, "今天天气"), Segment(1, 2, "很好。我们走吧。")) == ["今天天气很好。", "我们走吧。"]


@given(st.lists(st.tuples(TEXTS, st.floats(0, 3), st.floats(0.1, 3)), min_size=1, max_size=8))
def test_sentences_hold_all_text_in_order_of_time(parts: list[tuple[str, float, float]]) -> None:
    segments, now = [], 0.0
    for text, pause, length in parts:
        start, now = now + pause, now + pause + length
        segments.append(Segment(start, now, text))
    sentences = sentences_of(Transcript(tuple(segments)))
    held = "".join(sentence.text for sentence in sentences)
    assert "".join(held.split()) == "".join("".join(text.split()) for text, _, _ in parts)
    times = [time for sentence in sentences for word in sentence.words for time in (word.start, word.end)]
    assert times == sorted(times)


def test_a_pause_in_a_sentence_is_one_in_its_translation() -> None:
    words = (Word(0, 1, "one"), Word(1, 2, " two"), Word(5, 6, " three"), Word(6, 7, " four"))
    placed = placed_words(Sentence(words), "eins zwei drei vier")
    assert all(word.end <= 2 or word.start >= 5 for word in placed if word.end - word.start < 2)
    assert placed[0].start == 0
    assert placed[-1].end == 7


@given(TEXTS, TEXTS, st.floats(0, 100), st.floats(0.1, 20))
def test_words_of_a_translation_spell_it_within_its_sentence(
    source: str, text: str, start: float, length: float
) -> None:
    sentence = Sentence(spread_words(source, start, start + length))
    (segment,) = placed_transcript([sentence], [text], "xx").segments
    assert "".join(word.text for word in segment.words) == text
    times = [time for word in segment.words for time in (word.start, word.end)]
    assert times == pytest.approx(sorted(times), abs=1e-9)
    assert start - 1e-6 <= times[0]
    assert times[-1] <= start + length + 1e-6
