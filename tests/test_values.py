"""Values reject impossible content when they are created, so that no stage has to check for it later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from captioner.values import Cue, Position, StyleSpan, Word

REJECTED: dict[str, Callable[[], object]] = {
    "a cue without duration": lambda: Cue(1.0, 1.0, "text"),
    "a blank line": lambda: Cue(0.0, 1.0, "one\n\ntwo"),
    "words that differ from the text": lambda: Cue(0.0, 1.0, "one two", words=(Word(0.0, 0.5, "one"),)),
    "a style after the end of the text": lambda: Cue(0.0, 1.0, "one", styles=(StyleSpan(0, 4, bold=True),)),
    "styles that overlap": lambda: Cue(
        0.0, 1.0, "one", styles=(StyleSpan(0, 2, bold=True), StyleSpan(1, 3, italic=True))
    ),
    "a style without characters": lambda: StyleSpan(2, 2, bold=True),
    "a style that changes nothing": lambda: StyleSpan(0, 1),
    "a color name": lambda: StyleSpan(0, 1, color="red"),
    "a position key above 9": lambda: Position(10),
    "a position outside the picture": lambda: Position(x=101.0),
}


@pytest.mark.parametrize("case", REJECTED)
def test_an_impossible_value_is_rejected(case: str) -> None:
    with pytest.raises(ValueError, match=r"not |never|blank|style|words"):
        REJECTED[case]()


def test_a_word_includes_the_line_break_before_it() -> None:
    words = (Word(0.0, 0.4, "one"), Word(0.4, 0.9, "\ntwo"))
    cue = Cue(
        0.0, 1.0, "one\ntwo", words=words, styles=(StyleSpan(0, 3, italic=True), StyleSpan(3, 7, color="#ffff00"))
    )
    assert "".join(word.text for word in cue.words) == cue.text
