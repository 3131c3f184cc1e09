"""What every format must do, whichever it is. A new format is in `FORMATS` and with that in this suite."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.errors import FormatError, UnknownName
from captioner.formats import FORMATS, Contents, Format, Programme, format_named, format_of_file, format_of_path
from captioner.formats.common.quantize import quantize
from captioner.values import Cue, RegionReport, Report, Segment, Transcript
from tests.cues.cue_strategies import ordered_cues, rich_cues

READABLE = [format for format in FORMATS.values() if format.readable]


def name_of(format: Format) -> str:
    return format.name


every_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
every_readable_text = pytest.mark.parametrize(
    "format", [format for format in READABLE if not format.binary], ids=lambda format: format.name
)
every_readable_format = pytest.mark.parametrize("format", READABLE, ids=[format.name for format in READABLE])


LATIN = {"scc", "stl"}
"""Formats that refuse most characters, and write the others in a code."""

every_format_in_letters = pytest.mark.parametrize(
    "format", [format for format in FORMATS.values() if format.name not in LATIN], ids=name_of
)

PROGRAMME = Programme(frame_rate=Fraction(25))

WITHIN_A_DAY = {"edl", "avid", "premiere", "itt", "scc", "stl"}
"""Formats with the labels of SMPTE timecode, which starts again after 24 hours."""

TIMES_WRITTEN = {"json": 2, "fcpxml": 2, "fcpxml-titles": 2, "xmeml": 2, "otio": 3}
"""How often formats say each text that say it more than once."""


def contents(*cues: Cue) -> Contents:
    """Cues, and the transcript and report that they could have been made from."""
    segments = tuple(Segment(cue.start, cue.end, cue.text) for cue in cues)
    regions = tuple(RegionReport(cue.start, cue.end, index, "ok", cue.text) for index, cue in enumerate(cues))
    report = Report("talk.mp4", 9e6, "scripted", None, "en", regions=regions)
    return Contents(cues, Transcript(segments, "en"), report, PROGRAMME)


def suited_to(format: Format, cues: list[Cue]) -> list[Cue]:
    """The cues as a format can take them: within 24 hours, and in Latin letters."""
    if format.name in WITHIN_A_DAY:
        cues = [replace(cue, start=cue.start / 100, end=cue.end / 100) for cue in cues]
    return [latin(cue) for cue in cues] if format.name in LATIN else cues


def latin(cue: Cue) -> Cue:
    """The cue with an x for each character that is not Latin, in lines that fit on the screen, without words."""
    text = "".join(character if character in string.printable[:95] + "\néÄ♪“" else "x" for character in cue.text)
    short = "\n".join(line if len(line) <= 60 else line.strip()[:60] for line in text.split("\n"))
    return replace(cue, text=short, words=(), styles=cue.styles if short == text else ())


def write(format: Format, parts: Contents) -> str | bytes:
    return format.write(parts).data


def text_of(format: Format, parts: Contents) -> str:
    file = write(format, parts)
    assert isinstance(file, str)
    return file


def shown(format: Format, parts: Contents) -> str:
    """What a file holds as one text: as it is read, where the file has codes for letters."""
    file = write(format, parts)
    if isinstance(file, bytes) or format.name in LATIN:
        return "\n".join(cue.text for cue in format.read(file, PROGRAMME).cues or ())
    return re.sub(r"\\([*<>_])", r"\1", file) if format.name == "md" else file


def read(format: Format, file: str | bytes) -> Contents:
    """The parts of a file that a format is made of."""
    contents = format.read(file, PROGRAMME)
    return Contents(contents.cues, contents.transcript, contents.report)


def stored(format: Format, parts: Contents) -> Contents:
    """The parts as the format holds them."""
    cues = format.representable(parts) if "cues" in format.parts else None
    transcript = parts.transcript if "transcript" in format.parts else None
    return Contents(cues, transcript, parts.report if "report" in format.parts else None)


@every_format
def test_a_format_is_found_by_its_name_and_by_a_path(format: Format) -> None:
    assert format_named(format.name) is format
    sharing = [other for other in FORMATS.values() if other.suffix == format.suffix]
    assert format_of_path(f"some.talk{format.suffix}") is sharing[0]
    assert format_of_path(Path("FOLDER.D") / f"TALK{format.suffix.upper()}") is sharing[0]


@every_readable_format
def test_a_file_is_known_by_its_name_and_its_head(format: Format) -> None:
    file = write(format, contents(Cue(0, 1, "One."), Cue(1, 2, "Two.")))
    data = file.encode() if isinstance(file, str) else file
    for suffix in (format.suffix, *format.aliases):
        assert format_of_file(f"some.talk{suffix}", data) is format


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UnknownName, match="unknown format 'doc'; there is: srt, vtt, ass, lrc, microdvd, "):
        format_named("doc")
    with pytest.raises(UnknownName, match=r"unknown format '\.doc'"):
        format_of_path("talk.srt/talk.doc")
    with pytest.raises(UnknownName, match="unknown format 'srt'"):
        format_of_path("srt")


def test_libraries_are_imported_when_they_are_used() -> None:
    code = "import sys, captioner.formats; print(sorted({'pysrt', 'webvtt'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


@every_format
def test_a_part_that_is_missing_is_named(format: Format) -> None:
    with pytest.raises(FormatError, match=f"{format.name}: cannot be written without the {format.parts[0]}"):
        format.write(Contents())


@every_format
def test_a_format_that_cannot_be_read_says_so(format: Format) -> None:
    if format.readable:
        assert read(format, write(format, contents())) == stored(format, contents())
    else:
        with pytest.raises(FormatError, match="cannot be read"):
            format.read("anything")


MANY = 1_100
"""Cues of a long programme: their numbers have four digits, and their hours two. Ten times as many found no more faults
and took a sixth of the time of all tests."""


@every_format
@pytest.mark.parametrize("count", [0, 1, MANY])
def test_any_number_of_cues(format: Format, count: int) -> None:
    parts = contents(*(Cue(i * 40 + 0.1, i * 40 + 2.5, f"Cue {i},\nno other.") for i in range(count)))
    file = write(format, parts)
    if isinstance(file, str):
        assert file == "" or (file.endswith("\n") and not file.endswith("\n\n"))
        assert format.name in LATIN or file.count("no other") == count * TIMES_WRITTEN.get(format.name, 1)
    if format.readable:
        assert read(format, file) == stored(format, parts)


@every_readable_format
def test_the_work_grows_no_faster_than_the_cues(format: Format) -> None:
    _, few, many = (calls_to_write_and_read(format, count) for count in (1, 50, 200))  # the first one imports libraries
    assert many < 5 * few


def calls_to_write_and_read(format: Format, count: int) -> int:
    """How many functions are called to write and read a file: a measure of work that other processes do not change."""
    parts = contents(*(Cue(i * 40 + 0.1, i * 40 + 2.5, f"Cue {i},\nno other.") for i in range(count)))
    calls = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        format.read(write(format, parts), PROGRAMME)
    finally:
        sys.setprofile(None)
    return calls


@every_format_in_letters
def test_words_in_any_script_stand_in_the_file(format: Format) -> None:
    said = ["naïve Ünïcode", "日本語です", "שלום", "مرحبا", "नमस्ते", "👩‍👩‍👧 🎬", "♪ la la ♪", "It's 5% of C:/x #1 (*)"]
    text = shown(format, contents(*(Cue(i, i + 1, line) for i, line in enumerate(said))))
    assert [line for line in said if line not in text] == []


@every_format_in_letters
def test_every_file_can_be_stored_as_utf_8(format: Format) -> None:
    text = shown(format, contents(Cue(0, 1, "half a pair: \ud83d, a NUL: \0, a CR: \r\nend")))
    assert "\0" not in text
    assert "\r" not in text
    assert text.encode("utf-8").startswith(text[0].encode("utf-8"))


@every_readable_text
def test_a_byte_order_mark_is_no_text(format: Format) -> None:
    parts = contents(Cue(0, 1, "One."), Cue(1, 2, "Two."))
    assert read(format, "\ufeff" + text_of(format, parts)) == stored(format, parts)


@every_readable_text
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems(format: Format, line_end: str) -> None:
    parts = contents(Cue(0, 1, "One,\ntwo."), Cue(1, 2, "Three."))
    assert read(format, text_of(format, parts).replace("\n", line_end)) == stored(format, parts)


@every_readable_text
@pytest.mark.parametrize("text", ["Just a letter.", "<html></html>", "\x89PNG\r\n\x1a\n", "[1, 2]"])
def test_what_is_no_caption_file_is_refused_in_a_sentence(format: Format, text: str) -> None:
    with pytest.raises(FormatError, match=f"^{format.name}"):
        format.read(text, PROGRAMME)


@every_readable_format
@given(cues=rich_cues())
def test_representable_cues_are_read_as_they_were_written(format: Format, cues: list[Cue]) -> None:
    parts = contents(*suited_to(format, cues))
    assert read(format, write(format, parts)) == stored(format, parts)


@every_readable_text
@given(cues=ordered_cues(), data=st.data())
def test_a_damaged_file_is_read_or_refused(format: Format, cues: list[Cue], data: st.DataObject) -> None:
    text = text_of(format, contents(*suited_to(format, cues)))
    first, last = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    damaged = text[:first] + data.draw(st.text(max_size=3) | st.sampled_from(['"', "{", "\n\n", "-->"])) + text[last:]
    with suppress(FormatError):
        assert format.read(damaged, PROGRAMME) != Contents()


def test_times_are_rounded_once_and_in_order() -> None:
    cues = [Cue(2.0004, 3.0006, "b"), Cue(0.0005, 1.9996, "a"), Cue(3.0006, 59.99951, "c")]
    assert [(cue.start, cue.end, cue.text) for cue in quantize(cues)] == [
        (0.0, 2.0, "a"),
        (2.0, 3.001, "b"),
        (3.001, 60.0, "c"),
    ]


def test_a_cue_below_a_millisecond_is_seen_and_moves_the_next() -> None:
    cues = [Cue(1.0, 1.0001, "a"), Cue(1.0001, 1.0002, "b"), Cue(1.0002, 2.0, "c"), Cue(1.9, 3.0, "over c")]
    assert [(cue.start, cue.end) for cue in quantize(cues)] == [(1.0, 1.001), (1.001, 1.002), (1.002, 2.0), (1.9, 3.0)]


@given(st.lists(st.floats(0, 1e7), min_size=2, max_size=12))
def test_cues_that_did_not_overlap_do_not_after_rounding(seconds: list[float]) -> None:
    marks = sorted(seconds)
    pairs = [(start, end) for start, end in pairwise(marks) if start < end]
    cues = [Cue(start, end, str(index)) for index, (start, end) in enumerate(pairs)]
    rounded = list(quantize(cues))
    assert [cue.text for cue in rounded] == [cue.text for cue in cues]
    assert all(cue.end <= after.start for cue, after in pairwise(rounded))
    assert all(round(cue.start * 1000) / 1000 == cue.start for cue in rounded)
