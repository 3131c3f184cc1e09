"""Documents and operations for the tests of editing: hand-made ones, and strategies of Hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from captioner.editing.cue_json import document_cue
from captioner.editing.cue_texts import with_words
from captioner.editing.document import Document, DocumentCue, document_of
from captioner.editing.operations import (
    DeleteCue,
    InsertCue,
    MergeCues,
    MoveWords,
    Operation,
    ReplaceCues,
    SetBorder,
    SetDoubts,
    SetLock,
    SetSpeaker,
    SetText,
    SetTimes,
    SplitCue,
)
from captioner.profiles import PROFILES
from captioner.values import Cue, Word

DEFAULT = PROFILES["default"]


def spoken_cue(cue_id: str, text: str, *edges: float) -> DocumentCue:
    """Return a cue whose words, parted by spaces or line breaks, start and end at these times."""
    words, at = [], 0
    for number, bare in enumerate(text.split()):
        first = text.index(bare, at)
        words.append(Word(edges[2 * number], edges[2 * number + 1], text[at : first + len(bare)]))
        at = first + len(bare)
    return document_cue(Cue(edges[0], edges[-1], text, words=tuple(words)), cue_id)


def two_cues() -> Document:
    """Return a document of two cues of English with word times."""
    first = spoken_cue("c1", "The quick brown fox", 1.0, 1.2, 1.2, 1.5, 1.6, 2.0, 2.6, 3.0)
    second = spoken_cue("c2", "jumps over the lazy dog.", 3.2, 3.6, 3.6, 3.9, 3.9, 4.0, 4.0, 4.4, 4.5, 5.0)
    return document_of((first, second), DEFAULT)


TEXTS = st.text(st.sampled_from("ab cd e,.'\nü漢字。กำ👩‍👧 "), max_size=24)


@st.composite
def documents(draw: st.DrawFn, most: int = 6) -> Document:
    """Return a document of cues that follow one another, some with word times."""
    cues: list[DocumentCue] = []
    end = 0.0
    for number in range(draw(st.integers(1, most))):
        start = round(end + draw(st.integers(0, 3000)) / 1000, 3)
        end = round(start + draw(st.integers(1, 6000)) / 1000, 3)
        speaker = draw(st.sampled_from([None, "Ann", "Bob"]))
        cue = DocumentCue(start, end, draw(TEXTS), speaker, id=f"c{number}", locked=draw(st.booleans()))
        if draw(st.booleans()):
            cue = replace(cue, words=tuple(replace(word, source="asr") for word in with_words(cue).words))
        cues.append(cue)
    return document_of(cues, DEFAULT)


@st.composite
def operations_on(draw: st.DrawFn, document: Document, name: str = "n") -> Operation:
    """Return an operation on a document, which may be refused; `name` begins the ids of new cues."""
    ids = st.sampled_from([cue.id for cue in document.cues] or ["c0"])
    times = st.integers(0, 30_000).map(lambda milliseconds: milliseconds / 1000)
    cue, other, time = draw(ids), draw(ids), draw(times)
    new = f"{name}{draw(st.integers(0, 99))}"
    made = DocumentCue(time, round(time + 1.5, 3), draw(TEXTS), id=new)
    choices: Sequence[Operation] = (
        SetText(cue, draw(TEXTS)),
        SetTimes(cue, time, round(time + draw(st.integers(1, 5000)) / 1000, 3)),
        SplitCue(cue, draw(st.integers(0, 24)), new),
        MergeCues(cue, other),
        InsertCue(made),
        DeleteCue(cue),
        MoveWords(cue, other, draw(st.integers(1, 3))),
        SetSpeaker(cue, draw(st.sampled_from([None, "Ann", "Cy"]))),
        SetLock(cue, draw(st.booleans())),
        SetDoubts(cue, ("text: odd",)),
        SetBorder(cue, other, time),
        ReplaceCues((cue,), (made,)),
    )
    return draw(st.sampled_from(choices))
