"""The units of a text, and the alignment of a text by its letters and pauses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captioner.align import load_aligner
from captioner.align.pause_aligner import LONGEST
from captioner.align.sound_classes import letter_sounds
from captioner.align.text_units import text_units
from captioner.text.speaking_time import syllables
from captioner.values import Audio
from tests.align.voices import RATE, silence, spoken

SPLIT = {
    " Hello,  world! ": [" Hello,", "  world! "],
    "He paid $5 (or 5 €) – twice.": ["He", " paid", " $5", " (or", " 5 €) –", " twice."],
    "她说：“GLM-4.5很好”。": ["她", "说：", "“GLM-4.5", "很", "好”。"],
    "「東京」へ 行く": ["「東", "京」", "へ", " 行", "く"],
    "오늘은 3월 5일": ["오늘은", " 3월", " 5일"],
    "เที่ยว ไป": ["เที่", "ย", "ว", " ไป"],
    "« Oui ! »": ["« Oui ! »"],
    "¿Qué?": ["¿Qué?"],
    "...": ["..."],
    " \n": [" \n"],
    "": [],
}


@pytest.mark.parametrize("text", list(SPLIT))
def test_units_are_what_a_reader_calls_words(text: str) -> None:
    assert [text[unit.first : unit.last] for unit in text_units(text)] == SPLIT[text]


@given(st.text(max_size=60) | st.text(" a.“(«เก是1%\n", max_size=30))
@example("\u200b")
def test_units_spell_the_text_and_weigh_something(text: str) -> None:
    units = text_units(text)
    assert "".join(text[unit.first : unit.last] for unit in units) == text
    assert all(unit.first < unit.last and unit.weight > 0 and 0 <= unit.boundary <= 3 for unit in units)


def test_boundaries_rise_from_word_to_sentence() -> None:
    assert [unit.boundary for unit in text_units("One two, three. “Four.” ไทย")] == [1, 2, 3, 3, 0, 1]


def test_weights_grow_with_the_syllables() -> None:
    assert syllables("a") < syllables("strength") < syllables("2019")
    assert syllables("模型") == pytest.approx(2.001)


def test_clauses_begin_and_end_at_the_pauses() -> None:
    """Three clauses between known pauses; only their borders are checked, not the words inside them."""
    clauses = ["We met at the station,", " then we waited for an hour.", " Nobody came."]
    blocks, borders, at = [silence(0.3)], [], 0.3
    for clause in clauses:
        sound = spoken(clause)
        loud = np.flatnonzero(np.abs(sound) > 0.01)
        sound = sound[loud[0] : loud[-1]]
        borders.append((at, at + len(sound) / RATE))
        blocks += [sound, silence(0.4)]
        at = borders[-1][1] + 0.4
    clip = Audio(np.concatenate(blocks), RATE, 100.0)
    words = iter(load_aligner("pauses").align(clip, "".join(clauses), "en").words)
    for clause, (start, end) in zip(clauses, borders, strict=True):
        in_clause = [next(words) for _ in clause.split()]
        assert in_clause[0].start - 100 == pytest.approx(start, abs=0.05)
        assert in_clause[-1].end - 100 == pytest.approx(end, abs=0.05)


def test_an_hour_of_text_on_one_clip_stays_within_the_clip() -> None:
    text = "word " * 9000
    words = load_aligner("pauses").align(Audio(spoken("A few words."), RATE), text, None).words
    assert len(words) == 9000


@pytest.mark.parametrize("name", ["pauses", "espeak"])
def test_a_clip_too_long_to_compare_is_cut_between_its_clauses(name: str) -> None:
    """Sentences with pauses between them, over a minute: each begins and ends where it is said."""
    sentences = ["We met at the station. ", "Then we waited for more than an hour. ", "Nobody came. "] * 9
    blocks, borders, at = [], [], 0.0
    for sentence in sentences:
        sound = spoken(sentence)
        loud = np.flatnonzero(np.abs(sound) > 0.01)
        sound = sound[loud[0] : loud[-1]]
        blocks += [silence(0.5), sound]
        borders.append((at + 0.5, at + 0.5 + len(sound) / RATE))
        at = borders[-1][1]
    clip = Audio(np.concatenate(blocks), RATE, 50.0)
    assert clip.duration > 1.5 * LONGEST
    text = "".join(sentences)
    alignment = load_aligner(name).align(clip, text, "en")
    assert alignment.doubt is None
    assert "".join(word.text for word in alignment.words) == text
    words = iter(alignment.words)
    for sentence, (start, end) in zip(sentences, borders, strict=True):
        in_sentence = [next(words) for _ in sentence.split()]
        assert in_sentence[0].start - 50 == pytest.approx(start, abs=0.1)
        assert in_sentence[-1].end - 50 == pytest.approx(end, abs=0.1)


@pytest.mark.parametrize("text", ["½", "Ⅷ ①", "ー", "ʻʼ", "𐎠𐎡", "¾€", "A\u0301", "GLM", "…"])
def test_unusual_letters_have_sounds_of_positive_length(text: str) -> None:
    assert all(sound.length > 0 for sound in letter_sounds(text))


@given(st.characters())
def test_every_character_has_known_sound_classes(character: str) -> None:
    assert all(sound_class in range(6) and length > 0 for sound_class, length in letter_sounds(character))


def test_one_word_has_the_same_sounds_in_five_scripts() -> None:
    words = ("Maria", "Мария", "Μαρία", "マリア", "마리아")
    classes = [[sound.sound_class for sound in letter_sounds(word)] for word in words]
    assert classes == [classes[0]] * 5
