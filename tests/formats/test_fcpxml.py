"""FCPXML checked against Apple's DTD: its elements, their order and their attributes."""

from __future__ import annotations

import re
import shutil
import subprocess
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given

from captioner.errors import FormatError
from captioner.formats import FORMATS, Programme
from captioner.timestamps import parse_rate
from captioner.values import Cue, Position, StyleSpan
from tests.cues.cue_strategies import rich_cues
from tests.formats.editor_cues import CUES, FILM, cues_at_minutes, file_of, read_back

both = pytest.mark.parametrize("name", ["fcpxml", "fcpxml-titles"])

CHILDREN = {
    "fcpxml": "resources library",
    "resources": "format( effect)?",
    "library": "event",
    "event": "project",
    "project": "sequence",
    "sequence": "spine",
    "spine": "gap",
    "gap": "((caption|title) ?)*",
    "caption": "text( text-style-def)+",
    "title": "param text( text-style-def)+",
    "text": "text-style( text-style)*",
    "text-style-def": "text-style",
}
"""The children of each element in order, as a regular expression: the part of the DTD that captioner writes.

Other elements have no children.
"""

REQUIRED = {
    "fcpxml": {"version"},
    "format": {"id", "frameDuration", "width", "height"},
    "effect": {"id", "name", "uid"},
    "event": {"name"},
    "project": {"name"},
    "sequence": {"format", "duration", "tcStart", "tcFormat"},
    "gap": {"name", "offset", "start", "duration"},
    "caption": {"lane", "offset", "name", "start", "duration", "role"},
    "title": {"ref", "lane", "offset", "name", "start", "duration"},
    "param": {"name", "key", "value"},
    "text-style-def": {"id"},
}

TIME = re.compile(r"0s|(\d+)/(\d+)s|(\d+)s")


def seconds(text: str) -> Fraction:
    match = TIME.fullmatch(text)
    assert match, text
    return Fraction(int(match[1] or match[3] or 0), int(match[2] or 1))


def read_strictly(text: str) -> list[tuple[Fraction, Fraction, str]]:
    """Start, end and text of each caption or title, by a reader that accepts only what the DTD allows."""
    root = ElementTree.fromstring(text.encode())
    for element in root.iter():
        assert re.fullmatch(CHILDREN.get(element.tag, ""), " ".join(child.tag for child in element)), element.tag
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib), element.tag
    frame = seconds(next(root.iter("format")).attrib["frameDuration"])
    items = [item for gap in root.iter("gap") for item in gap]
    ids = [definition.attrib["id"] for definition in root.iter("text-style-def")]
    assert len(set(ids)) == len(ids)
    return [read_item(item, frame) for item in items]


def read_item(item: Element, frame: Fraction) -> tuple[Fraction, Fraction, str]:
    start, duration = seconds(item.attrib["offset"]), seconds(item.attrib["duration"])
    assert (start / frame).denominator == (duration / frame).denominator == 1
    assert duration > 0
    defined = {definition.attrib["id"] for definition in item.findall("text-style-def")}
    runs = item.findall("text/text-style")
    assert defined == {run.attrib["ref"] for run in runs}
    return start, start + duration, "".join(run.text or "" for run in runs)


@both
@pytest.mark.parametrize("rate", ["23.976", "25", "29.97df", "59.94"])
def test_a_strict_reader_reads_every_cue(name: str, rate: str) -> None:
    parsed = parse_rate(rate)
    programme = Programme(frame_rate=parsed.per_second, drop_frame=parsed.drop_frame, start_timecode="01:00:00:00")
    text = file_of(name, [*cues_at_minutes(parsed), *CUES], programme)
    read = read_back(name, text)
    assert [(float(start), float(end), run) for start, end, run in read_strictly(text)] == [
        (cue.start, cue.end, cue.text) for cue in read
    ]


@both
@given(cues=rich_cues())
def test_any_cue_makes_a_file_that_the_dtd_allows(name: str, cues: list[Cue]) -> None:
    text = file_of(name, cues)
    assert [(float(start), float(end), run) for start, end, run in read_strictly(text)] == [
        (cue.start, cue.end, cue.text) for cue in read_back(name, text)
    ]


@both
def test_xmllint_accepts_the_file(name: str) -> None:
    if not shutil.which("xmllint"):
        pytest.skip("install xmllint (Debian: libxml2-utils)")
    text = file_of(name, [*CUES, Cue(8, 9, "]]> &amp; <!-- \x1f \uffff 👩‍👩‍👧")]).encode()
    subprocess.run(["xmllint", "--noout", "-"], input=text, check=True)


def test_cues_shown_at_once_are_on_different_lanes() -> None:
    cues = [Cue(0, 4, "a"), Cue(1, 2, "b"), Cue(2, 5, "c"), Cue(4, 6, "d")]
    root = ElementTree.fromstring(file_of("fcpxml", cues).encode())
    assert [item.attrib["lane"] for item in root.iter("caption")] == ["1", "2", "2", "1"]


def test_white_is_the_default_color() -> None:
    cue = Cue(0, 1, "white", styles=(StyleSpan(0, 2, color="#ffffff"), StyleSpan(2, 5, bold=True, color="#ffffff")))
    assert read_back("fcpxml", file_of("fcpxml", [cue]))[0].styles == (StyleSpan(2, 5, bold=True),)


ANCHORED = """<fcpxml version="1.11"><resources>
<format id="r1" frameDuration="100/2500s" width="1920" height="1080"/></resources>
<library><event><project name="Cut"><sequence format="r1" tcStart="3600s" tcFormat="NDF" duration="20s"><spine>
<asset-clip ref="r2" offset="3600s" start="10s" duration="5s">
  <caption lane="1" offset="11s" duration="1s" role="iTT?captionFormat=ITT.fr-FR">
    <text placement="top"><text-style ref="a">Un</text-style>
    <text-style ref="b">
deux</text-style></text>
    <text-style-def id="a"><text-style font="x" fontFace="Bold Italic"/></text-style-def>
    <text-style-def id="b"><text-style font="x" fontColor="0 1 0 1" underline="1"/></text-style-def>
  </caption>
  <title ref="r3" lane="2" offset="12s" duration="1s"><text><text-style>title</text-style></text></title>
</asset-clip>
<gap offset="3605s" start="3600s" duration="5s">
  <spine lane="1" offset="3601s"><gap offset="0s" duration="1s"/>
    <title ref="r3" offset="1s" duration="1/2s"><text><text-style>nested</text-style></text></title></spine>
  <caption lane="1" offset="3603s" duration="1s" role="iTT?captionFormat=ITT.fr-FR"><text/></caption>
</gap></spine></sequence></project></event></library></fcpxml>"""


def test_captions_are_read_wherever_they_are_anchored() -> None:
    contents = FORMATS["fcpxml"].read(ANCHORED)
    styles = (StyleSpan(0, 2, italic=True, bold=True), StyleSpan(2, 7, underline=True, color="#00ff00"))
    assert contents.cues == [Cue(1, 2, "Un\ndeux", styles=styles, position=Position(8))]
    assert contents.losses == ("2 titles", "1 empty caption")
    assert contents.programme == Programme(
        title="Cut",
        language="fr-FR",
        duration=20,
        frame_rate=Fraction(25),
        start_timecode="01:00:00:00",
        width=1920,
        height=1080,
    )


def test_titles_are_read_where_there_are_no_captions() -> None:
    without = re.sub("(?s)<caption.*?</caption>", "", ANCHORED)
    assert FORMATS["fcpxml"].read(without).cues == [Cue(2, 3, "title"), Cue(7, 7.5, "nested")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<fcpxml", "fcpxml line 1: is not XML: unclosed token"),
        ("<a/>", "fcpxml: begins with 'a', not with fcpxml"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><fcpxml/>', "fcpxml: defines entities, which captioner does not read"),
        (ANCHORED.replace('offset="11s"', 'offset="soon"'), "fcpxml: the offset of a caption is not a time: 'soon'"),
        (ANCHORED.replace('offset="11s"', 'offset="1s"'), "fcpxml: a caption starts before its sequence"),
    ],
)
def test_an_unreadable_file_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        FORMATS["fcpxml"].read(text)
    assert str(caught.value) == message


def test_a_project_without_captions_is_empty() -> None:
    assert read_back("fcpxml", file_of("fcpxml", [])) == []
    assert FORMATS["fcpxml"].read("<fcpxml version='1.9'/>", FILM).cues == []
