from __future__ import annotations

import io

import av
import pytest
from av.container import InputContainer
from hypothesis import given

from captioner.errors import FormatError
from captioner.formats import Contents, Programme, ass
from captioner.values import Cue, Position, StyleSpan, Word
from tests.cues.cue_strategies import ordered_cues, plain_texts

HEAD = """\
[Script Info]
ScriptType: v4.00+
PlayResX: 200
PlayResY: 100

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Underline, Alignment
Style: Default,Arial,20,&H00FFFFFF,-1,0,0,2
Style: Top,Arial,20,&H0000FFFF,-1,-1,0,8

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def parse(text: str, *, style: str = "Default", name: str = "") -> Contents:
    return ass.parse(f"{HEAD}Dialogue: 0,0:00:01.00,0:00:02.00,{style},{name},0,0,0,,{text}\n")


def one(text: str, **fields: str) -> Cue:
    cues = parse(text, **fields).cues
    assert cues is not None
    return cues[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"one\Ntwo\nthree\hfour", "one\ntwo three\xa0four"),
        (r"\{no tag\} {an open brace", "{no tag} {an open brace"),
        (r"C:\dir \\ \x", r"C:\dir \\ \x"),
        ("commas, and more, commas", "commas, and more, commas"),
        (r"\N\Nleading\N \Ntrailing\N", "leading\ntrailing"),
        (r"{\p1}m 0 0 l 10 10{\p0}drawn", "drawn"),
        ("{a comment}said", "said"),
        (r"{\fad(100,200)\t(0,500,\frz30)}turned", "turned"),
    ],
)
def test_text_is_what_is_shown(text: str, shown: str) -> None:
    assert one(text).text == shown


@pytest.mark.parametrize(
    ("text", "styles"),
    [
        (r"{\i1}one{\i0} two", (StyleSpan(0, 3, italic=True),)),
        (
            r"{\i1\u1}one{\i0}two{\r}three",
            (StyleSpan(0, 3, italic=True, underline=True), StyleSpan(3, 6, underline=True)),
        ),
        (r"{\c&H0000FF&}red{\c} plain", (StyleSpan(0, 3, color="#ff0000"),)),
        (r"{\1c&HFF0000&}blue", (StyleSpan(0, 4, color="#0000ff"),)),
        (r"{\b1}as bold as all{\b0}", ()),
        (r"{\c&HFFFFFF&}white{\c} all", (StyleSpan(0, 5, color="#ffffff"),)),
        (r"{\c&H0000FF&}red{\c&HFFFFFF&}white as all", (StyleSpan(0, 3, color="#ff0000"),)),
        (r"{\c&H0000FF&}red{\r\c&HFFFFFF&}white", (StyleSpan(0, 3, color="#ff0000"), StyleSpan(3, 8, color="#ffffff"))),
        (r"{\rTop}as the other{\r}.", (StyleSpan(0, 12, italic=True, color="#ffff00"),)),
        (r"{\b700\i1}x", (StyleSpan(0, 1, italic=True),)),
    ],
)
def test_text_that_looks_other_than_the_default_is_styled(text: str, styles: tuple[StyleSpan, ...]) -> None:
    assert one(text).styles == styles


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (r"{\an2}x", None),
        (r"{\an8}x", Position(8)),
        (r"{\an8\an1}x", Position(8)),
        (r"{\a6}x", Position(8)),
        (r"{\a10}x", Position(5)),
        (r"{\pos(50,25)}x", Position(2, 25.0, 25.0)),
        (r"{\an7\move(20,10,100,50)}x", Position(7, 10.0, 10.0)),
        (r"{\pos(-50,2500)}x", Position(2, 0.0, 100.0)),
    ],
)
def test_places(text: str, position: Position | None) -> None:
    assert one(text).position == position


def test_a_style_has_a_place_and_looks() -> None:
    cue = one("x", style="Top", name=" Anna  Bo ")
    assert cue == Cue(
        1, 2, "x", "Anna Bo", styles=(StyleSpan(0, 1, italic=True, color="#ffff00"),), position=Position(8)
    )


def test_karaoke_gives_word_times() -> None:
    cue = one(r"{\k20}One {\k10}{\kf30}two{\K5}three{\kt90\k10} four")
    assert cue.words == (
        Word(1.0, 1.2, "One"),
        Word(1.3, 1.6, " two"),
        Word(1.6, 1.65, "three"),
        Word(1.9, 2.0, " four"),
    )


def test_what_is_left_out_is_counted() -> None:
    contents = ass.parse(
        f"{HEAD}Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not shown\n"
        r"Dialogue: 0,0:00:02.00,0:00:01.00,Default,,0,0,0,,{\blur2}x{note}" + "\n"
        r"Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,{\p1}m 0 0{\p0}" + "\n[Fonts]\nfontname: a.ttf\n"
    )
    assert contents.losses == ("2 comments", "1 attached file", "1 effect", "1 cue without text", "1 drawing")
    assert contents.repairs == ("1 cue with its end before its start",)
    assert contents.cues == [Cue(2, 2.01, "x")]


def test_substation_alpha_v4() -> None:
    contents = ass.parse(
        "[Script Info]\nScriptType: v4.00\nTitle: Old\n\n[V4 Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Alignment\n"
        "Style: Default,Arial,20,16777215,0,0,2\nStyle: High,Arial,20,65535,0,-1,6\n\n[Events]\n"
        "Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: Marked=0,0:00:01.00,0:00:02.50,*High,NTP,0000,0000,0000,,Up, there\n"
    )
    style = StyleSpan(0, 9, italic=True, color="#ffff00")
    assert contents.cues == [Cue(1, 2.5, "Up, there", styles=(style,), position=Position(8))]
    assert contents.programme == Programme(title="Old")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "ass: has no [Events], so it is not a SubStation file"),
        ("[Script Info]\nTitle: x", "ass: has no [Events], so it is not a SubStation file"),
        ("[Events]\nDialogue: 0,0:00:01.00,soon,Default,,0,0,0,,x", "ass line 2: not a time: 'soon'"),
        ("[Events]\nDialogue: 0,0:00:01.00", "ass line 2: an event with 2 of 10 fields"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        ass.parse(text)
    assert str(caught.value) == sentence


@given(ordered_cues(plain_texts))
def test_ffmpeg_reads_the_same_cues(cues: list[Cue]) -> None:
    if cues:  # ffmpeg finds no track in a file without events
        meant = [(cue.start, cue.end, _text(cue)) for cue in ass.representable(cues)]
        assert list(_seen(ass.write(ass.representable(cues)))) == meant


def _text(cue: Cue) -> str:
    """The last field of an event, as it stands in the file."""
    return ass.write([cue]).splitlines()[-1].split(",", 9)[9]


def _seen(text: str) -> list[tuple[float, float, str]]:
    with av.open(io.BytesIO(text.encode()), format="ass") as file:
        assert isinstance(file, InputContainer)
        packets = [packet for packet in file.demux() if packet.size]
        return [
            (packet.pts / 100, (packet.pts + packet.duration) / 100, bytes(packet).decode().split(",", 8)[8])
            for packet in packets
            if packet.pts is not None and packet.duration is not None
        ]


@pytest.mark.parametrize(
    ("position", "stored"),
    [
        (Position(7, 10.0, 90.0), Position(1, 10.0, 95.0)),
        (Position(8, 50.0, 80.0), Position(8, 50.0, 80.0)),
        (Position(2, 50.0, 3.0), Position(8, 50.0, 5.0)),
        (Position(2, 50.0, 100.0), Position(2, 50.0, 100.0)),
    ],
)
def test_lines_do_not_leave_the_picture(position: Position, stored: Position) -> None:
    assert [cue.position for cue in ass.representable([Cue(0, 1, "one\ntwo", position=position)])] == [stored]
