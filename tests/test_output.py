"""`Captions.to` and `Captions.save`: captions as text and as files."""

from __future__ import annotations

import os
import threading
from fractions import Fraction
from pathlib import Path

import pytest

from captioner.errors import FormatError, OutputNotWritten, UnknownName
from captioner.formats import format_named
from captioner.output import Captions, WritingOptions, title_of
from captioner.values import Cue, Report, Segment, Transcript, Word

WORDS = (Word(1.0, 1.5, "One"), Word(2.0, 3.0, " two"))
CAPTIONS = Captions(
    cues=(Cue(1.0, 3.0, "One two", "Anna", WORDS), Cue(4.0, 5.0, "three")),
    transcript=Transcript((Segment(1.0, 3.0, "One two", WORDS), Segment(4.0, 5.0, "three")), "en"),
    report=Report("films/talk.mp4", 6.0, "scripted", language="en"),
)


def test_to_gives_text_or_bytes() -> None:
    assert CAPTIONS.to("srt") == (
        "1\n00:00:01,000 --> 00:00:03,000\nOne two\n\n2\n00:00:04,000 --> 00:00:05,000\nthree\n"
    )
    assert isinstance(CAPTIONS.to("stl", WritingOptions(frame_rate=Fraction(25))), bytes)
    assert '"language": "en"' in str(CAPTIONS.to("json"))


def test_word_times_are_written_when_asked_for() -> None:
    assert "<00:00:02.000>" not in str(CAPTIONS.to("vtt"))
    assert "<00:00:02.000>" in str(CAPTIONS.to("vtt", WritingOptions(word_times=True)))


def test_the_title_is_that_of_the_source() -> None:
    assert 'name="talk"' in str(CAPTIONS.to("fcpxml", WritingOptions(frame_rate=Fraction(25))))
    assert [title_of(name) for name in ("a/talk.en.mp4", "https://x.org/b.m3u8?c=d", "-")] == ["talk.en", "b", None]


def test_save_takes_the_format_of_the_ending_or_the_named_one(tmp_path: Path) -> None:
    CAPTIONS.save(tmp_path / "deep" / "talk.VTT")
    CAPTIONS.save(str(tmp_path / "talk.captions"), "srt")
    assert (tmp_path / "deep" / "talk.VTT").read_text("utf-8").startswith("WEBVTT\n")
    assert (tmp_path / "talk.captions").read_text("utf-8") == CAPTIONS.to("srt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "talk.captions"]


def test_save_returns_what_the_format_cannot_store(tmp_path: Path) -> None:
    assert CAPTIONS.save(tmp_path / "talk.vtt") == ()
    assert CAPTIONS.save(tmp_path / "talk.srt") == ("speaker names (1 cue)",)
    assert CAPTIONS.save(tmp_path / "talk.srt", options=WritingOptions(speaker_label="[{}] ")) == ()
    (first, _) = format_named("srt").read((tmp_path / "talk.srt").read_bytes()).cues or ()
    assert first.text == "[Anna] One two"


def test_save_replaces_a_file_and_writes_into_a_pipe(tmp_path: Path) -> None:
    target, pipe = tmp_path / "talk.srt", tmp_path / "pipe.srt"
    target.write_text("old")
    CAPTIONS.save(target)
    assert target.read_text("utf-8") == CAPTIONS.to("srt")
    os.mkfifo(pipe)
    writer = threading.Thread(target=CAPTIONS.save, args=(pipe,))
    writer.start()
    assert pipe.read_text("utf-8") == CAPTIONS.to("srt")
    writer.join()
    assert pipe.is_fifo()


def test_errors_leave_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "talk.edl"
    target.write_text("old")
    with pytest.raises(FormatError, match="needs the frame rate"):
        CAPTIONS.save(target)
    with pytest.raises(UnknownName, match="unknown format 'docx'"):
        CAPTIONS.save(target, "docx")
    assert target.read_text() == "old"
    with pytest.raises(OutputNotWritten, match="cannot write"):
        CAPTIONS.save(target / "talk.srt")
