"""Where in a file each cue stands, for those who point an editor at it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from captioner.formats import FORMATS, Contents, Format, Programme
from captioner.values import Cue

CUES = [Cue(1, 2, "One."), Cue(2, 3, "Two,\nin two lines."), Cue(4, 5, "Three <3.")]
PROGRAMME = Programme(title="A title", language="en", frame_rate=Fraction(25))
WITHOUT_LINES = {"json", "otio", "scc", "stl"}
WITH_LINES = [format for format in FORMATS.values() if format.readable and format.name not in WITHOUT_LINES]


@pytest.mark.parametrize("format", WITH_LINES, ids=lambda format: format.name)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_text_of_a_cue_begins_in_its_line(format: Format, line_end: str) -> None:
    text = str(format.write(Contents(CUES, programme=PROGRAMME)).data).replace("\n", line_end)
    contents = format.read(text, PROGRAMME)
    lines = text.split(line_end)
    for index, word in enumerate(["One", "Two", "Three"]):
        line = contents.line_of(index)
        assert line is not None
        below = lines[line - 1 : line + 1]  # an element may begin in the line above its text
        assert word in "\n".join(below if format.name == "xmeml" or "fcpxml" in format.name else below[:1])


@pytest.mark.parametrize("name", sorted(WITHOUT_LINES))
def test_formats_in_which_no_text_can_be_pointed_at(name: str) -> None:
    contents = Contents(CUES[:1], programme=PROGRAMME)
    if name != "json":
        assert FORMATS[name].read(FORMATS[name].write(contents).data, PROGRAMME).line_of(0) is None


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("srt", "1\n\n00:00:01,000 --> 00:00:02,000\n\nOne.\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nTwo.\n", (5, 11)),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n", (6,)),
        ("vtt", "WEBVTT\r\n\r\nNOTE no\r\n\r\n00:01.000 --> 00:02.000\r\n<v Ann>Yes.\r\n\r\n"
                "00:03.000 --> nonsense\r\nx\r\n\r\nid\r\n00:03.0 --> 00:04.000 align:left\r\nNo.\r\n", (6, 13)),
        ("ass", "[Events]\n\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Yes.\n\n\n"
                "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,A & B\\NYes.\n", (3, 6)),
        ("sbv", "0:00:01.000,0:00:02.000\nOne\n\n0:00:03.000,0:00:04.000\n\nTwo", (2, 6)),
        ("lrc", "[00:05.00]Late\n[00:01.00][00:07.00]Twice\n", (2, 1, 2)),
        ("sami", "<SAMI>\n<!-- a\n comment --><SYNC Start=1><P Class=A>\nOne<!--\n--><SYNC Start=9>\n<P Class=A>Two",
         (4, 6)),
        ("csv", 'start,end,text\n0,1,"One\nand more"\n1,2,Two\n', (2, 4)),
    ],
)  # fmt: skip
def test_lines_of_files_that_others_write(name: str, text: str, lines: tuple[int, ...]) -> None:
    assert FORMATS[name].read(text, PROGRAMME).lines == lines
