"""Operations on a document: what each changes, and that its inverse brings back what was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.editing.applying import apply_all, apply_operation
from captioner.editing.document import Document, DocumentCue, document_of
from captioner.editing.operation_json import NAMES, operation_entry, operation_of
from captioner.editing.operations import (
    InsertCue,
    MergeCues,
    MoveWords,
    Operation,
    ReplaceCues,
    SetBorder,
    SetSpeaker,
    SetText,
    SetTimes,
    SplitCue,
)
from captioner.editing.shown_cues import shown_cues
from captioner.errors import EditRefused
from captioner.formats.transcript.json_object import parse_object
from captioner.formats.transcript.report import as_json
from tests.editing.documents import DEFAULT, documents, operations_on, spoken_cue, two_cues


def after(operation: Operation, document: Document | None = None) -> list[str]:
    """Return the cues after an operation, each as `start-end text|with breaks`."""
    changed, _ = apply_operation(document or two_cues(), operation)
    return [f"{cue.start:g}-{cue.end:g} {cue.text}".replace("\n", "|") for cue in changed.cues]


def word_times(cue: DocumentCue) -> list[tuple[float, float, str, str]]:
    return [(word.start, word.end, word.text, word.source) for word in cue.words]


def test_a_split_lies_in_the_pause_between_two_words() -> None:
    # The caret is inside of "fox": the nearest edge of a word counts, and the cue begins with that word.
    assert after(SplitCue("c1", 17, "n")) == ["1-2 The quick brown", "2.6-3 fox", "3.2-5 jumps over the lazy dog."]
    # No pause: the gap of the profile is taken from the cue before.
    assert after(SplitCue("c1", 4, "n"))[:2] == ["1-1.117 The", "1.2-3 quick brown fox"]


def test_a_cue_without_word_times_is_split_by_its_characters() -> None:
    document = document_of([DocumentCue(0.0, 4.0, "one two\nthree four", id="c1")], DEFAULT)
    assert after(SplitCue("c1", 8, "n"), document) == ["0-2.031 one two", "2.114-4 three four"]


def test_chinese_is_split_between_any_two_characters() -> None:
    document = document_of([spoken_cue("c1", "今天天气很好", 1.0, 4.0)], DEFAULT)
    changed, _ = apply_operation(document, SplitCue("c1", 2, "n"))
    assert [cue.text for cue in changed.cues] == ["今天", "天气很好"]
    assert word_times(changed.by_id["n"]) == [(2.0, 4.0, "天气很好", "interpolated")]


def test_a_single_word_cannot_be_split() -> None:
    document = document_of([DocumentCue(0.0, 1.0, "word", id="c1")], DEFAULT)
    with pytest.raises(EditRefused, match="only one word"):
        apply_operation(document, SplitCue("c1", 2, "n"))


def test_merged_cues_are_set_in_lines() -> None:
    assert after(MergeCues("c1", "c2")) == ["1-5 The quick brown fox jumps|over the lazy dog."]


def test_words_move_over_a_border_with_their_times() -> None:
    assert after(MoveWords("c1", "c2", 1)) == ["1-2 The quick brown", "2.6-5 fox jumps over the lazy dog."]
    assert after(MoveWords("c2", "c1", 2)) == ["1-3.817 The quick brown fox jumps over", "3.9-5 the lazy dog."]
    with pytest.raises(EditRefused, match="some must stay"):
        after(MoveWords("c1", "c2", 4))


def test_a_border_moves_both_cues_and_stops_before_one_is_too_short() -> None:
    assert after(SetBorder("c1", "c2", 3.5)) == ["1-3.3 The quick brown fox", "3.5-5 jumps over the lazy dog."]
    assert after(SetBorder("c1", "c2", 9.0))[0] == "1-3.96667 The quick brown fox"


def test_corrected_text_keeps_the_times_of_the_words_that_stay() -> None:
    changed, _ = apply_operation(two_cues(), SetText("c1", "the QUICK brown,\nlittle fox"))
    assert word_times(changed.by_id["c1"]) == [
        (1.0, 1.2, "the", "asr"),
        (1.2, 1.5, " QUICK", "asr"),
        (1.6, 2.0, " brown,", "asr"),
        (2.0, 2.6, "\nlittle", "interpolated"),
        (2.6, 3.0, " fox", "asr"),
    ]
    changed, _ = apply_operation(two_cues(), SetText("c1", "The slow fox"))
    assert word_times(changed.by_id["c1"]) == [
        (1.0, 1.2, "The", "asr"),
        (1.2, 2.0, " slow", "interpolated"),
        (2.6, 3.0, " fox", "asr"),
    ]


def test_refused_operations_say_why() -> None:
    with pytest.raises(EditRefused, match="there is no cue 'c9'"):
        after(SetText("c9", ""))
    with pytest.raises(EditRefused, match="not a span of time"):
        after(SetTimes("c1", 3.0, 2.0))
    with pytest.raises(EditRefused, match="does not follow"):
        after(MergeCues("c2", "c1"))


def test_no_operation_makes_a_cue_that_is_too_long_or_too_late() -> None:
    pasted = DocumentCue(1.0, 2.0, "x" * 10_001, id="c9")
    for operation in (SetText("c1", pasted.text), InsertCue(pasted), ReplaceCues((), (pasted,))):
        with pytest.raises(EditRefused, match="10000 characters at most, not 10001"):
            after(operation)
    with pytest.raises(EditRefused, match="within 1000 hours"):
        after(SetTimes("c1", 0.0, 1e300))  # as a file of WebVTT cannot say
    with pytest.raises(EditRefused, match="200 characters at most"):
        after(SetSpeaker("c1", "x" * 201))


def test_every_operation_has_a_name() -> None:
    assert set(NAMES.values()) == set(Operation.__args__)


@given(st.data())
def test_the_inverse_brings_back_the_document(data: st.DataObject) -> None:
    document = data.draw(documents())
    try:
        changed, applied = apply_operation(document, data.draw(operations_on(document)))
    except EditRefused:
        return
    restored, _ = apply_all(changed, applied.inverse)
    assert restored.cues == document.cues
    assert document.with_changes(applied.removed, applied.cues).cues == changed.cues
    assert changed.with_changes([cue.id for cue in applied.cues], applied.before).cues == document.cues


@given(st.data())
def test_whatever_is_edited_words_index_the_text_and_times_are_positive(data: st.DataObject) -> None:
    document = data.draw(documents())
    for _ in range(data.draw(st.integers(1, 8))):
        try:
            document, _ = apply_operation(document, data.draw(operations_on(document)))
        except EditRefused:
            continue
    assert [cue.start for cue in document.cues] == sorted(cue.start for cue in document.cues)
    for cue in document.cues:
        assert cue.end > cue.start >= 0
        assert not cue.words or "".join(word.text for word in cue.words) == cue.text
        assert len({word.id for word in cue.words}) == len(cue.words)
        for before, following in zip(cue.words, cue.words[1:], strict=False):
            assert before.start < before.end <= following.start < following.end
    shown_cues(document.cues)  # which checks each


@given(st.data())
def test_operations_survive_json(data: st.DataObject) -> None:
    document = data.draw(documents())
    operation = data.draw(operations_on(document))
    assert operation_of(parse_object(as_json(operation_entry(operation)))) == operation
