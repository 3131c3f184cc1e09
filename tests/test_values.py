"""Values refuse nonsense when they are made, so that no stage has to check for it later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from captioner.values import Cue, Position, StyleSpan, Word

REFUSED: dict[str, Callable[[], object]] = {
    "a cue that is never shown": lambda: Cue(1.0, 1.0, "text"),
    "a blank line": lambda: Cue(0.0, 1.0, "one\n\ntwo"),
    "words that spell something else": lambda: Cue(0.0, 1.0, "one two", words=(Word(0.0, 0.5, "one"),)),
    "a style behind the text": lambda: Cue(0.0, 1.0, "one", styles=(StyleSpan(0, 4, bold=True),)),
    "styles that overlap": lambda: Cue(
        0.0, 1.0, "one", styles=(StyleSpan(0, 2, bold=True), StyleSpan(1, 3, italic=True))
    ),
    "a style of no character": lambda: StyleSpan(2, 2, bold=True),
    "a style that changes nothing": lambda: StyleSpan(0, 1),
    "a color by name": lambda: StyleSpan(0, 1, color="red"),
    "a tenth key": lambda: Position(10),
    "a place outside of the picture": lambda: Position(x=101.0),
}


@pytest.mark.parametrize("nonsense", REFUSED)
def test_nonsense_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r"not |never|blank|style|words"):
        REFUSED[nonsense]()


def test_words_hold_the_line_break_before_them() -> None:
    words = (Word(0.0, 0.4, "one"), Word(0.4, 0.9, "\ntwo"))
    cue = Cue(
        0.0, 1.0, "one\ntwo", words=words, styles=(StyleSpan(0, 3, italic=True), StyleSpan(3, 7, color="#ffff00"))
    )
    assert "".join(word.text for word in cue.words) == cue.text
