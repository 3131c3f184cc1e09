from __future__ import annotations

import pytest

from captioner.formats.common.fidelity import ALL_STYLES, restricted_to
from captioner.formats.common.losses import Losses, cue_losses
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
        ("position outside of the picture", "positions outside of the picture"),
        ("thing that ttconv did not understand", "things that ttconv did not understand"),
        ("time inside a text", "times inside a text"),
    ],
)
def test_the_noun_of_a_phrase_has_the_plural(one: str, two: str) -> None:
    assert Losses({one: 1}).phrases() == (f"1 {one}",)
    assert Losses({one: 2}).phrases() == (f"2 {two}",)


def test_every_part_that_is_lost_is_counted() -> None:
    assert cue_losses([RICH], [RICH]) == {}
    losses = cue_losses([RICH, RICH], [Cue(1, 2, "One two")] * 2)
    assert losses == {"line breaks": 2, "styles": 2, "positions": 2, "speaker names": 2, "word times": 2}
    assert losses.without("styles", "word times").phrases() == (
        "line breaks (2 cues)",
        "positions (2 cues)",
        "speaker names (2 cues)",
    )
    assert cue_losses([Cue(1, 2, "One")], [Cue(1, 2.2, "1")]).phrases() == ("text (1 cue)", "cue times (1 cue)")
    assert cue_losses([Cue(1, 2, "x", position=Position(2))], [Cue(1.01, 2, "x")]) == {}


def test_losses_where_the_file_has_more_cues_or_fewer() -> None:
    assert cue_losses([RICH, RICH], [RICH]) == {"text": 1}
    assert cue_losses([RICH, RICH], [RICH] * 3) == {"overlaps": 1}
    lost = {"styles": 2, "positions": 2, "speaker names": 2, "word times": 2}
    plain = Cue(1, 2, RICH.text)
    assert cue_losses([RICH, RICH, plain], [plain] * 4) == {"overlaps": 2, **lost}
    assert cue_losses([RICH, RICH, plain], [plain]) == {"text": 2, **lost}


def test_a_cue_has_no_more_than_a_format_holds() -> None:
    assert restricted_to(RICH, styles=ALL_STYLES, position="exact", words=True, speaker=True) == RICH
    assert restricted_to(RICH) == Cue(1, 2, "One\ntwo")
    assert restricted_to(RICH, styles=ALL_STYLES[:1]).styles == (StyleSpan(0, 2, italic=True),)


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
    assert restricted_to(Cue(0, 1, "x", position=position), position="anchor").position == Position(anchor)
