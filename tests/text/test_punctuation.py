"""Text of punctuation alone: never a cue, and never lost silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from captioner.backends.scripted import Scripted
from captioner.cues import make_cues
from captioner.pipeline import caption
from captioner.profiles import PROFILES
from captioner.text.punctuation import is_punctuation
from captioner.values import Segment, Transcript, Word

MARKS = ["...", "…", "-", "- ", "。", "?!", "「」", "—", "„“", ".\u200b"]
SHOWN = ["42", "♪", "♪♪", "[…]", "%", "***", "#", "100 %", "A.", "é", "😀", "+", "か"]


@pytest.mark.parametrize("text", MARKS)
def test_marks_alone(text: str) -> None:
    assert is_punctuation(text)


@pytest.mark.parametrize("text", [*SHOWN, "", " "])
def test_there_is_something_to_read_or_nothing_at_all(text: str) -> None:
    assert not is_punctuation(text)


@pytest.mark.parametrize("text", MARKS)
def test_a_segment_of_marks_gets_no_cue(text: str) -> None:
    segments = tuple(Segment(9.0 * i, 9.0 * i + 2, each) for i, each in enumerate(("Yes.", text, "No.")))
    assert [cue.text for cue in make_cues(Transcript(segments), PROFILES["default"])] == ["Yes.", "No."]
    assert make_cues(Transcript(segments[1:2]), PROFILES["default"]) == []


@pytest.mark.parametrize("text", SHOWN)
def test_a_segment_of_symbols_gets_its_cue(text: str) -> None:
    segments = tuple(Segment(9.0 * i, 9.0 * i + 2, each) for i, each in enumerate(("Yes.", text, "No.")))
    assert [cue.text for cue in make_cues(Transcript(segments), PROFILES["default"])] == ["Yes.", text, "No."]


def test_marks_after_a_long_pause_end_the_cue_before_them() -> None:
    words = (Word(0.0, 0.5, "Yes."), Word(9.0, 9.5, " ..."), Word(18.0, 18.5, " No."))
    segment = Segment(0.0, 19.0, "Yes. ... No.", words)
    assert [cue.text for cue in make_cues(Transcript((segment,)), PROFILES["default"])] == ["Yes. ...", "No."]


def test_a_region_of_marks_is_empty_and_its_text_is_in_the_report(speech_file: Path) -> None:
    made = caption(speech_file, backend=Scripted(lines=["One.", "...", "♪"]))
    assert [(region.status, region.text) for region in made.report.regions] == [
        ("ok", "One."),
        ("empty", "..."),
        ("ok", "♪"),
    ]
    assert made.report.regions[1].reason == "the text is punctuation alone"
    assert [cue.text for cue in made.cues] == ["One.", "♪"]
    assert not made.report.lost
