from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given

from captioner.errors import FormatError
from captioner.formats import srt
from captioner.formats.common.joiner_escape import JOINER
from captioner.values import Cue
from tests.cues.cue_strategies import ordered_cues, plain_texts
from tests.oracles.ffmpeg_cues import cues_by_ffmpeg


def parse(text: str) -> list[Cue]:
    return list(srt.parse(text).cues or ())


def write(cues: Iterable[Cue]) -> str:
    return srt.write(srt.representable(cues))


ONE_TWO = [Cue(1, 2, "One."), Cue(3, 4, "Two.")]


def test_a_file() -> None:
    cues = [
        Cue(0.0004, 2.5, "Good evening,\nladies & <gentlemen>."),
        Cue(359_999.9996, 360_002, "Until tomorrow.", "Anna"),
    ]
    assert write(cues) == dedent("""\
        1
        00:00:00,000 --> 00:00:02,500
        Good evening,
        ladies & <⁠gentlemen>.

        2
        100:00:00,000 --> 100:00:02,000
        Until tomorrow.
        """)


def test_no_cues() -> None:
    assert write([]) == ""
    assert parse("") == parse("\ufeff\n \n") == []


def test_cues_are_written_by_start() -> None:
    assert parse(write(reversed(ONE_TWO))) == ONE_TWO


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a --> b", "a → b"),
        ("00:00:01,000 --> 00:00:02,000", "00:00:01,000 → 00:00:02,000"),
        ("---->", "--→"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\r \rtwo", "one\ntwo"),
        ("a NUL \0 and half a pair \udc80", "a NUL \ufffd and half a pair \ufffd"),
        ("an escape \x1b[1m and a bell \x07", "an escape \ufffd[1m and a bell \ufffd"),
    ],
)
def test_what_the_format_cannot_hold_is_replaced(text: str, written: str) -> None:
    assert parse(write([Cue(0, 1, text)])) == [Cue(0, 1, written)]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("I <unk> you", "I <_unk> you"),
        ("<laughs> a<b>c <3 </p>", "<_laughs> a<_b>c <3 <_/p>"),
        ("a < b and c > d", "a <_ b and c > d"),
        ("C:\\new and D:\\docs", "C:\\_new and D:\\docs"),
        ("{Y:i} and {\\an8}", "{_Y:i} and {_\\an8}"),
        ("1 < 2, {a}, 3 > 2 is <", "1 <_ 2, {a}, 3 > 2 is <"),
    ],
)
def test_what_players_take_for_a_tag_is_shown(text: str, escaped: str) -> None:
    file = write([Cue(0, 1, text)])
    assert escaped.replace("_", JOINER) in file
    assert parse(file) == [Cue(0, 1, text)]
    assert [cue.text.replace(JOINER, "") for cue in cues_by_ffmpeg(file, "srt")] == [text]


def test_a_speaker_is_not_held() -> None:
    assert parse(write([Cue(0, 1, "Hello.", "Anna")])) == [Cue(0, 1, "Hello.")]


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.",
        "\n\n\n1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n\n\n",
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nOne.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTwo.\r\n",
        "1\r00:00:01,000 --> 00:00:02,000\rOne.\r\r2\r00:00:03,000 --> 00:00:04,000\rTwo.\r",
        "1\n\n00:00:01,000 --> 00:00:02,000\n\nOne.\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nTwo.\n",
        "00:00:01,000 --> 00:00:02,000\nOne.\n\n00:00:03,000 --> 00:00:04,000\nTwo.\n",
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n",
        "00:00:01,000 --> 00:00:02,000\nOne.\n00:00:03,000 --> 00:00:04,000\nTwo.\n",
        "7\n00:00:01,000 --> 00:00:02,000\nOne.\n\n7\n00:00:03,000 --> 00:00:04,000\nTwo.\n",
        "1\n00:00:01.000 --> 00:00:02.000\nOne.\n\n2\n00:00:03:000 --> 00:00:04:000\nTwo.\n",
        "1\n0:0:1,0-->0:0:2\nOne.\n\n2\n00:03,000   -->   00:04,000  \nTwo.\n",
        "1\n00:00:01,000 --> 00:00:02,000 X1:40 X2:600 Y1:2 Y2:5\nOne.\n\n2\n00:00:03,000 --> 00:00:04,000\tx\nTwo.\n",
        "1\n0:0:1,0 --> 0:0:2,0\nOne.\n\n9\n00:00:02,000 --> 00:00:03,000\n\n2\n0:0:3,0 --> 0:0:4,0\nTwo.",
    ],
    ids=[
        "no line end at the end",
        "many blank lines",
        "byte order mark, CRLF",
        "CR",
        "double-spaced",
        "no numbers",
        "no blank lines",
        "neither",
        "wrong numbers",
        "point or colon for comma",
        "short fields",
        "coordinates",
        "a cue without text",
    ],
)
def test_files_as_the_world_writes_them(text: str) -> None:
    assert parse(text) == ONE_TWO


def test_text_after_a_blank_line_is_kept() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\nStill one.\n \n2 of them\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo."
    )
    assert parse(text) == [Cue(1, 2, "One.\nStill one.\n2 of them"), Cue(3, 4, "Two.")]


def test_numbers_and_arrows_in_a_text_are_text() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n42\n\n00:00:03,000 --> 00:00:04,000\ngo --> there\n7\n"
    assert parse(text) == [Cue(1, 2, "42"), Cue(3, 4, "go --> there\n7")]


def test_a_short_fraction_counts_milliseconds_and_a_long_one_is_rounded() -> None:
    text = "1\n0:0:0,5 --> 0:0:1,50\nshort\n\n2\n0:00:01.500400 --> 100:00:02.9999\nlong"
    assert parse(text) == [Cue(0.005, 1.05, "short"), Cue(1.5, 360_003, "long")]


def test_a_cue_that_ends_too_early_keeps_its_text() -> None:
    text = "1\n00:00:05,000 --> 00:00:05,000\nnever\n\n2\n00:00:07,000 --> 00:00:06,000\nbackwards"
    assert parse(text) == [Cue(5, 5.001, "never"), Cue(7, 7.001, "backwards")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hello.", "srt line 1: no times in it, so it is not a SubRip file"),
        ("1\nHello.", "srt line 2: no times in it, so it is not a SubRip file"),
        ("1\n\nHello.\n00:00:01,000 --> 00:00:02,000\nOne.", "srt line 3: text before the first time"),
        ("1\n00:00:01,000 --> 00:00:O2,000\nOne.", "srt line 2: not a timing: '00:00:01,000 --> 00:00:O2,000'"),
        ("1\n00:00:01,000 --> soon\nOne.", "srt line 2: not a timing: '00:00:01,000 --> soon'"),
        ("1\n0:00:01,0 --> 0000000000:00:02,0\nA", "srt line 2: not a timing: '0:00:01,0 --> 0000000000:00:02,0'"),
    ],
)
def test_what_would_lose_text_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text)
    assert str(caught.value) == sentence


@given(ordered_cues(plain_texts))
def test_ffmpeg_reads_the_same_cues(cues: list[Cue]) -> None:
    if cues:  # ffmpeg knows a SubRip file by its first cue
        read = cues_by_ffmpeg(write(cues), "srt")
        assert [replace(cue, text=cue.text.replace(JOINER, "")) for cue in read] == cues


NOT_AS_OTHERS_READ_IT = {
    # Text without any time is refused, where others find an empty file.
    "subs/webvtt_py/invalid_format2.srt": "no times in it",
    "subs/webvtt_py/invalid_format3.srt": "no times in it",
    "subs/webvtt_py/invalid_format4.srt": "text before the first time",
    # A cue with the time 00:00:11:890 is read.
    "subs/webvtt_py/invalid_timeframe.srt": 5,
    # A cue without text is left out.
    "subs/webvtt_py/missing_caption_text.srt": 4,
}


def test_other_readers_agree_on_the_times(testdata: Path) -> None:
    files = json.loads((testdata / "subs/readers.json").read_text("utf-8"))["files"]
    agreed = {name: seen["times_ms"] for name, seen in files.items() if name.endswith(".srt")}
    assert len(agreed) == 16
    for name, times in agreed.items():
        encoding = "gb18030" if "gb2312" in name else "utf-8"
        text = (testdata / name).read_bytes().decode(encoding)
        expected = NOT_AS_OTHERS_READ_IT.get(name, times)
        if isinstance(expected, str):
            with pytest.raises(FormatError, match=expected):
                parse(text)
        elif isinstance(expected, int):
            assert len(parse(text)) == expected != len(times)
        else:
            assert [[round(cue.start * 1000), round(cue.end * 1000)] for cue in parse(text)] == times
