"""Operations on many cues: goldens that were read, and what holds for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.editing.cue_json import document_cue
from captioner.editing.document import DocumentCue
from captioner.errors import UnknownName
from captioner.formats import Contents, format_named
from captioner.profiles import PROFILES
from captioner.text.width import is_visible
from captioner.transform import TRANSFORMATIONS, CaptionStyle, transform
from captioner.transform.cue_gaps import BridgeOptions, DurationOptions, GapOptions
from captioner.transform.film_edits import OtherCues, StretchOfTime
from captioner.transform.joined_cues import MergeSameOptions, MergeShortOptions
from captioner.transform.rebreaking import NoOptions
from captioner.transform.sdh_text import SdhOptions
from captioner.transform.shifted_times import ShiftFromOptions, ShiftOptions, StretchOptions
from captioner.transform.text_changes import CasingOptions, Replacement, ReplaceOptions
from captioner.values import Cue, Position, StyleSpan, Word

STYLE = CaptionStyle(PROFILES["netflix-en"], "en")

FILM = (
    Cue(0.5, 1.0, "WHO'S THERE?", styles=(StyleSpan(0, 12, italic=True),)),
    Cue(1.1, 1.4, "[door creaks]"),
    Cue(1.5, 3.0, "- ANN: It's me,\n- (sighs) Of course."),
    Cue(3.0, 4.0, "Bob lives in Paris."),
    Cue(4.1, 5.0, "Bob lives in Paris."),
    Cue(5.3, 5.6, "And he"),
    Cue(5.7, 8.0, "has never once in his whole life been to any place\nlike London or Rome", position=Position(8)),
    Cue(9.0, 9.2, "<i>♪ la la ♪</i>"),
    Cue(20.0, 29.0, "This goes on for very long and has more text than two lines of forty-two columns can hold at "
        "once, so that it has to be divided."),
)  # fmt: skip

GOLDEN_OPTIONS: dict[str, Any] = {
    "shift": ShiftOptions(-1.2),
    "shift-from": ShiftFromOptions(4, 2.0),
    "stretch": StretchOptions("25/24"),
    "cut": StretchOfTime(1.2, 4.5),
    "keep": StretchOfTime(3.5, 6.0),
    "append": OtherCues((Cue(0.0, 1.0, "The next film"),)),
    "merge": OtherCues((Cue(3.5, 4.5, "Bob vit à Paris."),)),
    "sort": NoOptions(),
    "renumber": NoOptions(),
    "deduplicate": NoOptions(),
    "adjust-durations": DurationOptions(),
    "min-gap": GapOptions(),
    "bridge-gaps": BridgeOptions(),
    "merge-short": MergeShortOptions(),
    "merge-same": MergeSameOptions(),
    "split-long": NoOptions(),
    "rebreak": NoOptions(),
    "fix": NoOptions(),
    "replace": ReplaceOptions(
        (Replacement("bob", "Robert", ignore_case=True), Replacement(r"(\w)ed\b", r"\1-ed", regex=True))
    ),
    "remove-tags": NoOptions(),
    "remove-hi": SdhOptions(),
    "casing": CasingOptions("sentence"),
}  # fmt: skip


def as_srt(cues: Any) -> str:
    written = format_named("srt").write(Contents(cues=cues)).data
    assert isinstance(written, str)
    return written


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    changed = transform(FILM, name, GOLDEN_OPTIONS[name], STYLE)
    golden(f"transform_{name}.srt", as_srt(changed))


def test_an_unknown_operation_names_a_similar_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'rebreak'"):
        transform(FILM, "rebreaks", NoOptions(), STYLE)


def test_a_search_that_takes_for_ever_ends() -> None:
    options = ReplaceOptions((Replacement(r"(a|aa)+$", regex=True),))
    with pytest.raises(ValueError, match="takes longer than"):
        transform([Cue(0.0, 1.0, "a" * 60 + "b")], "replace", options, STYLE)


def test_wrong_expressions_are_refused_when_they_are_given() -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        Replacement("(", regex=True)
    with pytest.raises(ValueError, match="names group 2"):
        Replacement("a", r"\2", regex=True)


def words_of(cue: Cue) -> list[tuple[float, float, str]]:
    return [(word.start, word.end, word.text) for word in cue.words]


def test_word_times_follow_the_text() -> None:
    words = (Word(1.0, 1.2, "Bob"), Word(1.2, 1.6, " likes"), Word(1.6, 2.0, " fish."))
    cue = Cue(1.0, 2.0, "Bob likes fish.", words=words)
    (changed,) = transform([cue], "replace", ReplaceOptions((Replacement("likes ", ""),)), STYLE)
    assert words_of(changed) == [(1.0, 1.2, "Bob"), (1.6, 2.0, " fish.")]
    (shifted,) = transform([cue], "shift", ShiftOptions(1.0), STYLE)
    assert words_of(shifted) == [(2.0, 2.2, "Bob"), (2.2, 2.6, " likes"), (2.6, 3.0, " fish.")]


def document_cues_of(texts: list[str]) -> list[DocumentCue]:
    """Return cues of a document, half a second for each word, and half a second between cues."""
    cues, start = [], 0.0
    for number, text in enumerate(texts):
        parts = text.split()
        words = tuple(
            Word(start + index / 2, start + index / 2 + 0.4, (" " if index else "") + part)
            for index, part in enumerate(parts)
        )
        cues.append(document_cue(Cue(start, words[-1].end, " ".join(parts), words=words), f"c{number}"))
        start += len(parts) / 2 + 0.5
    return cues


def test_word_ids_stay_when_cues_are_broken_again() -> None:
    cues = document_cues_of(["It was a bright cold day in April, and the", "clocks were striking", "thirteen."])
    rebroken = transform(cues, "rebreak", NoOptions(), STYLE)
    assert [cue.text for cue in rebroken] == [
        "It was a bright cold day in April,\nand the clocks were striking",
        "thirteen.",
    ]
    ids = [word.id for cue in rebroken for word in cue.words]  # type: ignore[attr-defined]
    assert ids == [word.id for cue in cues for word in cue.words]


def test_fixed_cues_and_what_is_near_them_stay() -> None:
    cues = document_cues_of(["one two", "three", "four five"])
    options = DurationOptions(minimum=3.0)
    changed = transform(cues, "adjust-durations", options, STYLE, is_fixed=lambda cue: cue.text == "three")
    assert changed[1] == cues[1]
    assert changed[0].end <= cues[1].start - STYLE.gap + 1e-6
    assert changed[2].end == cues[2].start + 3.0


@st.composite
def films(draw: st.DrawFn) -> list[Cue]:
    """Return cues in order, some of which touch or overlap."""
    cues, start = [], 0.0
    texts = st.text(st.sampled_from("abc DE,.\n[(♪漢字-"), min_size=1, max_size=60)
    for _ in range(draw(st.integers(1, 8))):
        start = round(start + draw(st.integers(0, 4000)) / 1000, 3)
        lines = [line.strip() for line in draw(texts).split("\n") if is_visible(line)] or ["x"]
        cues.append(Cue(start, round(start + draw(st.integers(1, 9000)) / 1000, 3), "\n".join(lines)))
    return cues


def visible(cues: Any) -> Counter[str]:
    return Counter(character for cue in cues for character in cue.text if is_visible(character))


KEEP_ALL = {"shift-from", "stretch", "sort", "renumber", "adjust-durations", "min-gap", "bridge-gaps", "merge-short",
            "split-long", "rebreak"}  # fmt: skip
"""Operations that lose no character, and keep the order."""

IDEMPOTENT = {"sort", "renumber", "deduplicate", "adjust-durations", "min-gap", "bridge-gaps", "merge-same", "fix",
              "remove-tags", "split-long"}  # fmt: skip


@settings(max_examples=25)
@given(films())
@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_every_operation_keeps_what_it_is_not_asked_to_change(name: str, cues: list[Cue]) -> None:
    options = GOLDEN_OPTIONS[name]
    if isinstance(options, ShiftFromOptions):
        options = replace(options, cue=min(options.cue, len(cues)))
    changed = transform(cues, name, options, STYLE)
    if name in KEEP_ALL:
        assert visible(changed) == visible(cues)
    if name not in ("append",):
        assert [cue.start for cue in changed] == sorted(cue.start for cue in changed)
    if name in IDEMPOTENT:
        assert transform(changed, name, GOLDEN_OPTIONS[name], STYLE) == changed
