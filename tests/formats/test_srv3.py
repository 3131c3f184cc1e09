"""YouTube's XML in its three versions."""

from __future__ import annotations

import pytest

from captioner.errors import FormatError
from captioner.formats import FORMATS, Contents, format_named, format_of_file
from captioner.values import Cue, Position, StyleSpan, Word

AUTOMATIC = """<?xml version="1.0" encoding="utf-8" ?><timedtext format="3">
<head>
<ws id="0"/>
<ws id="1" mh="2" ju="0" sd="3"/>
<wp id="0"/>
<wp id="1" ap="6" ah="20" av="100" rc="2" cc="40"/>
</head>
<body>
<w t="0" id="1" wp="1" ws="1"/>
<p t="1000" d="4000" w="1"><s ac="252">the</s><s t="300" ac="240"> sea</s><s t="700"> is</s></p>
<p t="1990" d="3010" w="1" a="1">
</p>
<p t="2000" d="2500" w="1"><s>calm</s><s t="500"> today</s></p>
</body>
</timedtext>
"""

STYLED = """<timedtext format="3"><head>
<pen id="1" i="1" fc="#FFFF00"/><pen id="2" b="1" sz="150"/><pen id="3" rb="1"/><pen id="4" rb="4"/>
<wp id="1" ap="1" ah="50" av="0"/><wp id="2" ap="3" ah="0" av="25"/></head><body>
<p t="0" d="1000" wp="1">At the top,<br/>twice</p>
<p t="500" d="1500" p="1" wp="2">left <s p="2">bold</s></p>
<p t="3000"><s p="3">字</s><s p="4">じ</s> read</p>
<p t="4000" d="0">late</p>
<p d="9">untimed</p>
</body></timedtext>
"""


def read(text: str) -> Contents:
    return format_named("srv3").read(text)


def shown(contents: Contents) -> list[tuple[float, float, str]]:
    return [(cue.start, cue.end, cue.text) for cue in contents.cues or ()]


def test_automatic_captions_keep_their_words_and_show_each_line_once() -> None:
    contents = read(AUTOMATIC)
    assert contents.cues == [
        Cue(1, 2, "the sea is", words=(Word(1, 1.3, "the"), Word(1.3, 1.7, " sea"), Word(1.7, 2, " is"))),
        Cue(2, 4.5, "calm today", words=(Word(2, 2.5, "calm"), Word(2.5, 4.5, " today"))),
    ]
    assert contents.lines == (10, 13)
    assert (contents.losses, contents.repairs) == ((), ())


def test_pens_and_places_are_read_or_counted() -> None:
    contents = read(STYLED)
    yellow = {"italic": True, "color": "#ffff00"}
    assert list(contents.cues or ()) == [
        Cue(0, 1, "At the top,\ntwice", position=Position(8)),
        Cue(
            0.5,
            2,
            "left bold",
            styles=(StyleSpan(0, 5, **yellow), StyleSpan(5, 9, bold=True, **yellow)),  # type: ignore[arg-type]
            position=Position(4, None, 26.0),
        ),
        Cue(3, 4, "字 read"),
        Cue(4, 4.001, "late"),
    ]
    assert contents.losses == ("1 effect", "1 ruby text", "1 cue without a valid time")
    assert contents.repairs == ("1 cue with its end before its start",)


OLDER = {
    1: '<transcript><text start="1.5" dur="2.5">It&amp;#39;s &amp;lt;me&amp;gt;</text><text start="3">'
    "No</text></transcript>",
    2: '<timedtext><window id="1"/><text t="1500" d="2500">It\'s &lt;me&gt;</text><text t="3000">No</text></timedtext>',
}


@pytest.mark.parametrize("version", OLDER)
def test_older_versions(version: int) -> None:
    assert shown(read(OLDER[version])) == [(1.5, 3.0, "It's <me>"), (3.0, 8.0, "No")]


def test_an_xml_file_of_youtube_is_known_by_its_beginning() -> None:
    for text in (AUTOMATIC, STYLED, *OLDER.values()):
        assert format_of_file("talk.xml", text.encode()) is FORMATS["srv3"]


@pytest.mark.parametrize("text", ["<tt/>", "<timedtext", "<timedtext><body><p t='1'></timedtext>"])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(FormatError, match=r"^srv3"):
        read(text)


def test_a_file_that_is_written() -> None:
    cues = [
        Cue(1, 2, "the <sea>", words=(Word(1, 1.3, "the"), Word(1.5, 2, " <sea>"))),
        Cue(3, 4, "red\n& plain", styles=(StyleSpan(0, 3, color="#ff0000"),), position=Position(8)),
    ]
    assert (
        format_named("srv3").write(Contents(cues)).data
        == """<?xml version="1.0" encoding="UTF-8"?>
<timedtext format="3">
<head>
<pen id="1" fc="#ff0000" />
<wp id="1" ap="1" ah="50" av="0" />
</head>
<body>
<p t="1000" d="1000"><s>the </s><s t="500">&lt;sea&gt;</s></p>
<p t="3000" d="1000" wp="1"><s p="1">red</s><s>
&amp; plain</s></p>
</body>
</timedtext>
"""
    )
