"""EBU-TT-D and Final Cut Pro XML against the schemas of those who define them, which are not ours to ship."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from captioner.formats import FORMATS, Contents, Programme
from captioner.values import Cue, Position, StyleSpan

LOOK = (StyleSpan(0, 5, italic=True), StyleSpan(6, 9, bold=True, underline=True, color="#ff8800"))

FILES = {
    "empty": [],
    "plain": [Cue(1, 2, "Hello")],
    "rich": [
        Cue(1, 2, "Hello and & <welcome>\nto both", speaker='Ann "B" <&>', styles=LOOK, position=Position(8)),
        Cue(1.5, 3, "縦書き", position=Position(9, 90, 10, "rl")),
        Cue(3, 4, "left", position=Position(4, vertical="lr")),
        Cue(4, 5, "somewhere", position=Position(5, 20, 30)),
        Cue(80_000, 80_001.5, "late"),
    ],
}

PROGRAMMES = {
    "known": Programme(
        title='A "title" & <more>',
        language="zh-Hans",
        frame_rate=Fraction(30_000, 1001),
        start_timecode="01:00:00:00",
        width=1920,
        height=1080,
        duration=10,
    ),
    "unknown": Programme(frame_rate=Fraction(25)),
}

every_file = pytest.mark.parametrize("cues", FILES.values(), ids=FILES)
every_programme = pytest.mark.parametrize("programme", PROGRAMMES.values(), ids=PROGRAMMES)


def schema(testdata: Path, name: str) -> Path:
    path = testdata / "subs2" / "schemas" / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def tree(name: str, cues: list[Cue], programme: Programme) -> Any:
    etree = pytest.importorskip("lxml.etree")
    return etree.fromstring(str(FORMATS[name].write(Contents(cues, programme=programme)).data).encode())


@every_file
@every_programme
def test_ebu_tt_d_is_valid(testdata: Path, cues: list[Cue], programme: Programme) -> None:
    etree = pytest.importorskip("lxml.etree")
    definition = etree.parse(schema(testdata, "ebu+ebu-tt-d-xsd/ebutt_d.xsd"))
    for element in definition.iter("{*}import"):
        if element.get("schemaLocation").startswith("http"):  # the definition of xml:lang, which lies beside it here
            element.set("schemaLocation", str(schema(testdata, "w3c+ttml2/spec/xsd/xml.xsd")))
    validator = etree.XMLSchema(definition)
    assert validator.validate(tree("ebuttd", cues, programme)), validator.error_log


@every_file
@every_programme
@pytest.mark.parametrize("name", ["fcpxml", "fcpxml-titles"])
@pytest.mark.parametrize("version", ["1.9", "1.10", "1.14"])
def test_final_cut_pro_xml_is_valid(
    testdata: Path, cues: list[Cue], programme: Programme, name: str, version: str
) -> None:
    etree = pytest.importorskip("lxml.etree")
    validator = etree.DTD(str(schema(testdata, f"fcpxml-dtd/Final_Cut_Pro_XML_DTD_version_{version}.dtd")))
    root = tree(name, cues, programme)
    root.set("version", version)
    assert validator.validate(root), validator.error_log
