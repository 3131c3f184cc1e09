from __future__ import annotations

from captioner.formats import with_speaker_labels
from captioner.values import Cue, StyleSpan, Word


def test_a_label_stands_where_another_speaks() -> None:
    cues = [
        Cue(3, 4, "Two.", "Anna"),
        Cue(1, 2, "One.", " Anna\n", (Word(1, 2, "One."),), (StyleSpan(0, 4, bold=True),)),
        Cue(5, 6, "- Yes.\n- No."),
        Cue(7, 8, "Three.", "Anna"),
        Cue(9, 10, "Four.", "Bo {}"),
    ]
    assert with_speaker_labels(cues, "{}: ") == [
        Cue(1, 2, "Anna: One.", None, (Word(1, 2, "Anna: One."),), (StyleSpan(6, 10, bold=True),)),
        Cue(3, 4, "Two."),
        Cue(5, 6, "- Yes.\n- No."),
        Cue(7, 8, "Three."),
        Cue(9, 10, "Bo {}: Four."),
    ]
