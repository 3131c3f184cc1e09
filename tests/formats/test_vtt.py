from __future__ import annotations

import html
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given

from captioner.errors import FormatError
from captioner.formats import vtt
from captioner.formats.common.characters import without_controls
from captioner.formats.common.losses import Losses
from captioner.formats.vtt.cue_settings import position_of
from captioner.values import Cue
from tests.cues.cue_strategies import ordered_cues, plain_texts
from tests.oracles.ffmpeg_cues import cues_by_ffmpeg


def parse(text: str) -> list[Cue]:
    return list(vtt.parse(text).cues or ())


def write(cues: Iterable[Cue]) -> str:
    return vtt.write(vtt.representable(cues))


def one(payload: str, timing: str = "00:00:00.000 --> 00:00:01.000") -> list[Cue]:
    return parse(f"WEBVTT\n\n{timing}\n{payload}\n")


def test_a_file() -> None:
    cues = [
        Cue(0.0004, 2.5, "Good evening,\nladies & <gentlemen>.", "Anna & Bob"),
        Cue(359_999.9996, 360_002, "1 --> 2"),
    ]
    assert write(cues) == dedent("""\
        WEBVTT

        00:00:00.000 --> 00:00:02.500
        <v Anna &amp; Bob>Good evening,
        ladies &amp; &lt;gentlemen&gt;.

        100:00:00.000 --> 100:00:02.000
        1 --&gt; 2
        """)


def test_no_cues() -> None:
    assert write([]) == "WEBVTT\n"
    assert parse("WEBVTT") == parse("WEBVTT\n\n\n") == []


def test_cues_are_written_by_start() -> None:
    cues = [Cue(1, 2, "One."), Cue(3, 4, "Two.")]
    assert parse(write(reversed(cues))) == cues


@given(ordered_cues(speakers=True))
def test_what_goes_in_comes_out(cues: list[Cue]) -> None:
    assert parse(write(cues)) == list(map(without_controls, cues))


def test_control_characters_are_replaced() -> None:
    assert parse(write([Cue(0, 1, "a\x1b[1m\x0bb\x85", "Ann\x07")])) == [
        Cue(0, 1, "a\ufffd[1m\ufffdb\ufffd", "Ann\ufffd")
    ]


@given(ordered_cues(plain_texts))
def test_ffmpeg_reads_the_same_cues(cues: list[Cue]) -> None:
    read = cues_by_ffmpeg(write(cues), "webvtt")
    assert [replace(cue, text=html.unescape(cue.text)) for cue in read] == cues


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\r \rtwo", "one\ntwo"),
        ("a NUL \0 and half a pair \udc80", "a NUL \ufffd and half a pair \ufffd"),
    ],
)
def test_what_the_format_cannot_hold_is_replaced(text: str, written: str) -> None:
    assert parse(write([Cue(0, 1, text)])) == [Cue(0, 1, written)]


@pytest.mark.parametrize(
    ("name", "stored"), [("  Anna \n Bo\t", "Anna Bo"), (" \n ", None), ("", None), ("A\0\ud800", "A\ufffd\ufffd")]
)
def test_a_name_is_one_line(name: str, stored: str | None) -> None:
    assert parse(write([Cue(0, 1, "Hello.", name)])) == [Cue(0, 1, "Hello.", stored)]


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("a &amp;&lt;&gt;&nbsp;&lrm;&rlm; b", "a &<>\xa0\u200e\u200f b"),
        ("&eacute; &#233; &#xe9; &amp;lt; &unknown; AT&T &", "é é é &lt; &unknown; AT&T &"),
        ("line&#10;&#10;break&#13;&#0;", "line\nbreak\n\ufffd"),
        (f"&#00000065; &#{'9' * 5000}; &#x{'f' * 5000};", "A \ufffd \ufffd"),
        ("<i>one</i> <b.loud>two</b> <u>three</u> <c.red.bg_blue>four</c>", "one two three four"),
        ("<lang en-GB>colour</lang> <ruby>漢<rt>kan</rt></ruby>", "colour 漢"),
        ("karaoke <00:00.100>one <00:00:00.200>two <100:00:00.300>three", "karaoke one two three"),
        ('<font color="red">red</font>', "red"),
        ("I <3 you, x<y>z, <unk>, <vivid>, 1 < 2", "I <3 you, x<y>z, <unk>, <vivid>, 1 < 2"),
        ("unclosed <i", "unclosed <i"),
        ("<i>two\nlines</i\n>end", "two\nlinesend"),
        ("first\n \nsecond", "first\nsecond"),
        ("  spaces stay  ", "  spaces stay  "),
    ],
)
def test_text_is_what_is_shown(payload: str, text: str) -> None:
    assert [cue.text for cue in one(payload)] == [text]


@pytest.mark.parametrize(
    ("payload", "cue"),
    [
        ("<v Anna>Hello.</v>", Cue(0, 1, "Hello.", "Anna")),
        ("<v.loud.first Anna  Bo>Hello.", Cue(0, 1, "Hello.", "Anna Bo")),
        ("<v A &amp; B>One,\n<v A &amp; B>two.", Cue(0, 1, "One,\ntwo.", "A & B")),
        ("- <v Anna>No.</v>\n- <v Bob>Yes.</v>", Cue(0, 1, "- No.\n- Yes.")),
        ("<v >Hello.", Cue(0, 1, "Hello.")),
        ("<v>Hello.</v>", Cue(0, 1, "Hello.")),
    ],
)
def test_a_voice_is_a_speaker_where_it_is_the_only_one(payload: str, cue: Cue) -> None:
    assert one(payload) == [cue]


@pytest.mark.parametrize(
    "timing",
    [
        "00:01.000 --> 00:02.000",
        "00:00:01.000-->00:00:02.000",
        "\t00:00:01.000  -->\t00:00:02.000\t",
        "0:0:1.0 --> 0:0:2.000",
        "00:00:01.000 --> 00:00:02.000 size:80% unknown:x",
        "an id\n00:00:01.000 --> 00:00:02.000",
        "NOTE\n00:00:01.000 --> 00:00:02.000",
        "NOTE a\ncomment\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n00:01.000 --> 00:02.000 region:a",
    ],
)
def test_what_surrounds_a_text_is_no_text(timing: str) -> None:
    assert one("Hello.", timing) == [Cue(1, 2, "Hello.")]


@pytest.mark.parametrize(
    "header", ["WEBVTT title", "WEBVTT\tx", "WEBVTT\nKind: captions", "\ufeffWEBVTT", "WEBVTT\n\n"]
)
def test_headers(header: str) -> None:
    assert parse(f"{header}\n\n00:01.000 --> 00:02.000\nHello.") == [Cue(1, 2, "Hello.")]


def test_cues_need_no_blank_line_between_them() -> None:
    text = "WEBVTT\n00:01.000 --> 00:02.000\nOne.\n00:03.000 --> 00:04.000\n00:05.000 --> 00:06.000\nThree."
    assert parse(text) == [Cue(1, 2, "One."), Cue(5, 6, "Three.")]


def test_a_cue_that_ends_too_early_keeps_its_text() -> None:
    assert one("never", "00:05.000 --> 00:05.000") == [Cue(5, 5.001, "never")]
    assert one("backwards", "00:05.000 --> 00:04.000") == [Cue(5, 5.001, "backwards")]


@pytest.mark.parametrize("timing", ["00:00:161.000 --> 00:01:02.000", "0x:01.000 --> 01:02:00.000", "soon --> later"])
def test_a_block_without_a_time_is_no_cue(timing: str) -> None:
    assert one("Hello.", timing) == []


@pytest.mark.parametrize(
    "text",
    ["", "\n", "webvtt\n", "WEBVTTfoo\n", " WEBVTT\n", "\n\nWEBVTT\n", "1\n00:01.000 --> 00:02.000\nHello."],
)
def test_a_file_that_does_not_begin_as_the_standard_says_is_refused(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text)
    assert str(caught.value) == "vtt line 1: does not begin with WEBVTT"


@pytest.mark.parametrize("hours", ["9" * 10, "9" * 400, "9" * 5000])
def test_hours_of_ten_digits_are_refused(hours: str) -> None:
    for timing in (f"{hours}:00:00.000 --> {hours}:00:01.000", f"00:00.000 --> {hours}:00:01.000"):
        with pytest.raises(FormatError, match="vtt line 3: a time later than any clock can count"):
            one("Hello.", timing)
    assert one(f"one <{hours}:00:00.000>two")[0].text == f"one <{hours}:00:00.000>two"


READ_OTHERWISE_THAN_IN_BROWSERS = {
    # webvtt-py takes times with short fields, and an end that garbage follows.
    "file-parsing/nulls.vtt",
    "file-parsing/timings-garbage.vtt",
    "file-parsing/timings-too-short.vtt",
    # ... and a vertical tab for a space.
    # The side that stands at a position was not asked of the browsers.
    # An arrow in a text, and minutes and seconds above 59, are repaired.
    "file-parsing/arrows.vtt",
    "file-parsing/timings-60.vtt",
    "file-parsing/timings-too-long.vtt",
    "file-parsing/settings-position.vtt",
    "file-parsing/whitespace-chars.vtt",
}


def test_browsers_read_the_same_cues(testdata: Path) -> None:
    folder = testdata / "subs/wpt_webvtt"
    files = json.loads((folder / "expected.json").read_text("utf-8"))["files"]
    differing = {
        name
        for name, seen in files.items()
        if seen["agree"] and parse((folder / name).read_bytes().decode()) != [_seen(cue) for cue in seen["cues"]]
    }
    assert len(files) == 40
    assert differing == READ_OTHERWISE_THAN_IN_BROWSERS


def _seen(cue: dict[str, object]) -> Cue:
    start, end = float(str(cue["start"])), float(str(cue["end"]))
    settings = {name: str(cue[name]) for name in ("vertical", "line", "position", "align") if cue[name] != "auto"}
    if not cue["snap"]:
        settings["line"] += "%"
    if "position" in settings:
        settings["position"] += "%"
    position = position_of(settings, str(cue["html"]), Losses())
    return Cue(start, end if end > start else (round(start * 1000) + 1) / 1000, str(cue["html"]), position=position)
