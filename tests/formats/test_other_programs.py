"""Files of other programs that hold what was recognised: Whisper, whisper.cpp, YouTube; and old players' formats."""

from __future__ import annotations

import json
from typing import Any

import pytest

from captioner.errors import FormatError
from captioner.formats import Contents, format_named, format_of_file
from captioner.values import Cue, Segment, StyleSpan, Word

WORDS = (Word(1, 1.4, "Come"), Word(1.4, 2, " in."))


def transcript(document: dict[str, Any]) -> tuple[Segment, ...]:
    contents = format_named("json").read(json.dumps(document))
    assert contents.transcript is not None
    assert contents.report is not None
    assert [region.text for region in contents.report.regions] == [one.text for one in contents.transcript.segments]
    return contents.transcript.segments


def test_whisper() -> None:
    words = [{"word": " Come", "start": 1, "end": 1.4}, {"word": " in.", "start": 1.4, "end": 2.0}]
    segments = [{"start": 1.0, "end": 2.0, "text": " Come in.", "words": words}, {"start": 3, "end": 4, "text": "No."}]
    assert transcript({"segments": segments, "language": "en"}) == (
        Segment(1, 2, "Come in.", WORDS),
        Segment(3, 4, "No."),
    )


def test_whisperx() -> None:
    words = [{"word": "Come", "start": 1, "end": 1.4, "score": 0.5, "speaker": "S1"}, {"word": "in."}]
    (segment,) = transcript({"segments": [{"start": 1, "end": 2, "text": "Come in.", "words": words, "speaker": "S1"}]})
    assert segment.words == (Word(1, 1.4, "Come", 0.5), Word(1.4, 1.4, " in."))
    assert segment.speaker == "S1"


def test_whisper_cpp() -> None:
    tokens = [
        {"text": "[_BEG_]", "offsets": {"from": 1000, "to": 1000}},
        {"text": " Come", "offsets": {"from": 1000, "to": 1400}},
        {"text": " in.", "offsets": {"from": 1400, "to": 2000}},
    ]
    entry = {"offsets": {"from": 1000, "to": 2000}, "text": " Come in.", "tokens": tokens}
    contents = format_named("json").read(json.dumps({"result": {"language": "de"}, "transcription": [entry]}))
    assert contents.transcript is not None
    assert contents.transcript.segments == (Segment(1, 2, "Come in.", WORDS),)
    assert contents.transcript.language == "de"


def test_youtube() -> None:
    events = [
        {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
        {"tStartMs": 1000, "dDurationMs": 4000, "segs": [{"utf8": "Come"}, {"utf8": " in.", "tOffsetMs": 400}]},
        {"tStartMs": 1900, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2000, "dDurationMs": 1000, "segs": [{"utf8": "No."}]},
    ]
    assert transcript({"events": events}) == (Segment(1, 2, "Come in.", WORDS), Segment(2, 3, "No."))


def test_words_that_do_not_spell_the_text_are_counted() -> None:
    words = [{"word": "Other", "start": 1, "end": 2}]
    text = json.dumps({"segments": [{"start": 1, "end": 2, "text": "Come in.", "words": words}]})
    assert format_named("json").read(text).losses == ("1 segment without its word times",)
    with pytest.raises(FormatError, match=r"segments\[0\].start"):
        format_named("json").read('{"segments": [{"text": "a"}]}')


OLD = {
    "mpl2": ("[15][30]/One|two\n[40][]Three\n", [(1.5, 3, "One\ntwo"), (4, 9, "Three")]),
    "tmplayer": ("0:00:01:One|two\n00:00:04=Three\n00:00:06:\n", [(1, 4, "One\ntwo"), (4, 6, "Three")]),
    "printed": (
        "[00:01.500 --> 00:03.000]  One\n[01:00:04.000 --> 01:00:05.000] Two\n",
        [(1.5, 3, "One"), (3604, 3605, "Two")],
    ),
}


@pytest.mark.parametrize("name", OLD)
def test_old_formats_are_known_by_their_lines(name: str) -> None:
    text, cues = OLD[name]
    assert format_of_file("film.txt", text.encode()).name == name
    contents = format_named(name).read(text + "\nno times")
    assert [(cue.start, cue.end, cue.text) for cue in contents.cues or ()] == cues
    assert contents.losses[0].startswith("1 line without")
    with pytest.raises(FormatError, match="a line without"):
        format_named(name).read("no times")


def test_mpl2_has_lines_in_italics() -> None:
    cue = Cue(1, 2, "One\n/two", styles=(StyleSpan(0, 3, italic=True),))
    mpl2 = format_named("mpl2")
    assert mpl2.read("[10][20]/One|two").cues == [Cue(1, 2, "One\ntwo", styles=cue.styles)]
    assert mpl2.read(mpl2.write(Contents([cue])).data).cues == [cue]
