"""Units of a text, and text over a clip by weights and pauses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from captioner.align import load_aligner
from captioner.align.pauses import LONGEST
from captioner.align.sound_classes import letter_sounds
from captioner.align.text_units import text_units, weight
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
    parts = text_units(text)
    assert "".join(text[unit.first : unit.last] for unit in parts) == text
    assert all(unit.first < unit.last and unit.weight > 0 and 0 <= unit.boundary <= 3 for unit in parts)


def test_boundaries_rise_from_word_to_sentence() -> None:
    assert [unit.boundary for unit in text_units("One two, three. “Four.” ไทย")] == [1, 2, 3, 3, 0, 1]


def test_weights_follow_what_is_said() -> None:
    assert weight("a") < weight("strength") < weight("2019")
    assert weight("模型") == pytest.approx(2.001)


def test_clauses_begin_and_end_at_the_pauses() -> None:
    """Three clauses between known pauses: their borders lie there, wherever the words inside them do."""
    clauses = ["We met at the station,", " then we waited for an hour.", " Nobody came."]
    pieces, borders, at = [silence(0.3)], [], 0.3
    for clause in clauses:
        sound = spoken(clause)
        loud = np.flatnonzero(np.abs(sound) > 0.01)
        sound = sound[loud[0] : loud[-1]]
        borders.append((at, at + len(sound) / RATE))
        pieces += [sound, silence(0.4)]
        at = borders[-1][1] + 0.4
    clip = Audio(np.concatenate(pieces), RATE, 100.0)
    words = iter(load_aligner("pauses").align(clip, "".join(clauses), "en"))
    for clause, (start, end) in zip(clauses, borders, strict=True):
        said = [next(words) for _ in clause.split()]
        assert said[0].start - 100 == pytest.approx(start, abs=0.05)
        assert said[-1].end - 100 == pytest.approx(end, abs=0.05)


def test_an_hour_of_text_on_one_clip_keeps_within_its_bounds() -> None:
    text = "word " * 9000
    words = load_aligner("pauses").align(Audio(spoken("A few words."), RATE), text, None)
    assert len(words) == 9000


@pytest.mark.parametrize("name", ["pauses", "espeak"])
def test_a_clip_too_long_to_compare_is_cut_between_its_clauses(name: str) -> None:
    """Sentences with pauses between them, over a minute: each begins and ends where it is said."""
    sentences = ["We met at the station. ", "Then we waited for more than an hour. ", "Nobody came. "] * 9
    pieces, borders, at = [], [], 0.0
    for sentence in sentences:
        sound = spoken(sentence)
        loud = np.flatnonzero(np.abs(sound) > 0.01)
        sound = sound[loud[0] : loud[-1]]
        pieces += [silence(0.5), sound]
        borders.append((at + 0.5, at + 0.5 + len(sound) / RATE))
        at = borders[-1][1]
    clip = Audio(np.concatenate(pieces), RATE, 50.0)
    assert clip.duration > 1.5 * LONGEST
    text = "".join(sentences)
    words = iter(timed := load_aligner(name, pytest.fail).align(clip, text, "en"))
    assert "".join(word.text for word in timed) == text
    for sentence, (start, end) in zip(sentences, borders, strict=True):
        said = [next(words) for _ in sentence.split()]
        assert said[0].start - 50 == pytest.approx(start, abs=0.1)
        assert said[-1].end - 50 == pytest.approx(end, abs=0.1)


@pytest.mark.parametrize("text", ["½", "Ⅷ ①", "ー", "ʻʼ", "𐎠𐎡", "¾€", "A\u0301", "GLM", "…"])
def test_letters_of_any_kind_sound_like_something_or_nothing(text: str) -> None:
    assert all(sound.length > 0 for sound in letter_sounds(text))


@given(st.characters())
def test_every_character_has_its_letters(character: str) -> None:
    assert all(kind in range(6) and length > 0 for kind, length in letter_sounds(character))


def test_words_that_sound_alike_are_spelled_alike() -> None:
    """One word in five scripts, near enough."""
    kinds = [[sound.kind for sound in letter_sounds(word)] for word in ("Maria", "Мария", "Μαρία", "マリア", "마리아")]
    assert kinds == [kinds[0]] * 5
