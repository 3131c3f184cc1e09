from __future__ import annotations

import pytest

from captioner.formats.model.fidelity import LOOKS, Losses, losses_between, restricted_to
from captioner.values import Cue, Position, StyleSpan, Word

RICH = Cue(
    1, 2, "One\ntwo", "Anna", (Word(1, 1.5, "One"), Word(1.5, 2, "\ntwo")),
    (StyleSpan(0, 2, italic=True), StyleSpan(2, 3, color="#ff0000")), Position(8),
)  # fmt: skip


def test_counts_have_their_plural() -> None:
    losses = Losses()
    losses["cue without text"] += 2
    losses["class"] += 2
    losses["comment"] += 1
    losses["nothing"] += 0
    assert losses.phrases() == ("2 cues without text", "2 classes", "1 comment")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("blank line in a text", "blank lines in a text"),
        ("cue before the start", "cues before the start"),
        ("cue with its end before its start", "cues with its end before its start"),
        ("language of a text", "languages of a text"),
        ("line without an end", "lines without an end"),
        ("pair of coordinates", "pairs of coordinates"),
        ("place outside of the picture", "places outside of the picture"),
        ("thing that ttconv did not understand", "things that ttconv did not understand"),
        ("time inside a text", "times inside a text"),
    ],
)
def test_the_noun_of_a_phrase_has_the_plural(one: str, two: str) -> None:
    assert Losses({one: 1}).phrases() == (f"1 {one}",)
    assert Losses({one: 2}).phrases() == (f"2 {two}",)


def test_all_that_a_format_does_not_hold_is_named() -> None:
    assert losses_between([RICH], [RICH]) == ()
    assert losses_between([RICH, RICH], [Cue(1, 2, "One two")] * 2) == (
        "line breaks of 2 cues",
        "styles of 2 cues",
        "place of 2 cues",
        "speakers of 2 cues",
        "word times of 2 cues",
    )
    assert losses_between([Cue(1, 2, "One")], [Cue(1, 2.2, "1")]) == ("text of 1 cue", "times of 1 cue")
    assert losses_between([Cue(1, 2, "x", position=Position(2))], [Cue(1.01, 2, "x")]) == ()


def test_what_is_lost_is_named_where_there_are_more_cues_or_fewer_than_before() -> None:
    assert losses_between([RICH, RICH], [RICH]) == ("text of 1 of 2 cues",)
    assert losses_between([RICH], [RICH, RICH]) == ("overlap of cues shown at once",)
    gone = ("styles of 2 cues", "place of 2 cues", "speakers of 2 cues", "word times of 2 cues")
    plain = Cue(1, 2, RICH.text)
    assert losses_between([RICH, RICH, plain], [plain] * 4) == ("overlap of cues shown at once", *gone)
    assert losses_between([RICH, RICH, plain], [plain]) == ("text of 2 of 3 cues", *gone)


def test_a_cue_has_no_more_than_a_format_holds() -> None:
    assert restricted_to(RICH, looks=LOOKS, place="whole", words=True, speaker=True) == RICH
    assert restricted_to(RICH) == Cue(1, 2, "One\ntwo")
    assert restricted_to(RICH, looks=LOOKS[:1]).styles == (StyleSpan(0, 2, italic=True),)


@pytest.mark.parametrize(
    ("position", "anchor"),
    [
        (Position(7, 10.0, 90.0), 1),
        (Position(2, 50.0, 5.0), 8),
        (Position(5, 100.0, 100.0), 3),
        (Position(5, None, 50.0), 5),
        (Position(9, vertical="rl"), 9),
    ],
)
def test_a_point_lies_in_a_ninth_of_the_picture(position: Position, anchor: int) -> None:
    assert restricted_to(Cue(0, 1, "x", position=position), place="anchor").position == Position(anchor)
