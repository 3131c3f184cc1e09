"""Operations on many cues of a document: locks hold, ids stay, and one undo takes all back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.editing.applying import apply_all, apply_operation
from captioner.editing.document import Document, document_of
from captioner.editing.many_cues import changes_of_many, style_of_document
from captioner.transform import TRANSFORMATIONS
from captioner.transform.rebreaking import NoOptions
from captioner.transform.shifted_times import ShiftOptions
from tests.editing.documents import DEFAULT, documents, spoken_cue, two_cues


def changed(document: Document, name: str, options: object = NoOptions(), selected: set[str] | None = None) -> Document:
    made, style = TRANSFORMATIONS[name], style_of_document(document)
    changes = changes_of_many(
        document, lambda run: made.run(run, options, style), selected, moves_all=made.moves_all, gap=style.gap
    )
    after, applied = apply_operation(document, changes.operation)
    assert apply_all(after, applied.inverse)[0].cues == document.cues
    return after


def test_cues_that_are_broken_again_keep_ids_words_and_doubts() -> None:
    document = two_cues()
    document = document.with_changes((), [replace(document.by_id["c2"], doubts=("confidence: lazy", "text: odd"))])
    after = changed(document, "rebreak")
    assert [(cue.id, cue.text) for cue in after.cues] == [
        ("c1", "The quick brown"),
        ("c2", "fox jumps over the lazy dog."),
    ]
    assert after.by_id["c2"].doubts == ("confidence: lazy", "text: odd")

    def words(shown: Document) -> list[tuple[str, float, str]]:
        return [(word.id, word.start, word.source) for cue in shown.cues for word in cue.words]

    assert words(after) == words(document)


def test_locked_cues_stay_but_move_with_all() -> None:
    document = two_cues()
    document = document.with_changes((), [replace(document.by_id["c1"], locked=True)])
    assert changed(document, "rebreak").by_id["c1"] == document.by_id["c1"]
    assert [cue.start for cue in changed(document, "shift", ShiftOptions(1.0)).cues] == [2.0, 4.2]


def test_only_selected_cues_change() -> None:
    after = changed(two_cues(), "shift", ShiftOptions(0.5), {"c2"})
    assert [(cue.id, cue.start) for cue in after.cues] == [("c1", 1.0), ("c2", 3.7)]


def test_a_cue_that_is_split_gives_its_id_to_the_first_part() -> None:
    edges = [0.5 * number for number in range(30)]
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    after = changed(document_of([spoken_cue("c1", text, *edges)], DEFAULT), "split-long")
    assert len(after.cues) > 1
    assert after.cues[0].id == "c1"
    assert len({cue.id for cue in after.cues}) == len(after.cues)
    assert "".join(cue.text for cue in after.cues).replace("\n", " ").split()[0] == "one"


@settings(max_examples=40)
@given(st.data())
def test_one_undo_takes_every_operation_back(data: st.DataObject) -> None:
    document = data.draw(documents())
    name = data.draw(st.sampled_from(["fix", "rebreak", "split-long", "remove-tags", "min-gap", "deduplicate"]))
    after = changed(document, name, TRANSFORMATIONS[name].options())
    for cue in document.cues:
        assert not cue.locked or after.by_id[cue.id].text.split() == cue.text.split()
    for cue in after.cues:
        assert not cue.words or "".join(word.text for word in cue.words) == cue.text
