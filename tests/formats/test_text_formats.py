"""Text formats: whole files as goldens that a person has read, and what is read of files of other programs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction

import av
import pytest
from av.container import InputContainer
from av.stream import Stream

from captioner.errors import FormatError
from captioner.formats import Contents, Programme, format_named, transcript_of
from captioner.formats.ass import AssStyle, AssTrack, representable, write_tracks
from captioner.formats.ass.style import Karaoke
from captioner.values import Cue, Position, StyleSpan, Word

PROGRAMME = Programme(title="The <Lighthouse> & I", language="en", frame_rate=Fraction(25), width=1280, height=720)

CUES = [
    Cue(0.5, 2.04, "Good evening,\nladies & gentlemen.", "Anna"),
    Cue(2.04, 4.0, "I <3 italics, bold,\ncolor: all of it.", styles=(
        StyleSpan(5, 12, italic=True), StyleSpan(14, 18, bold=True, underline=True), StyleSpan(20, 25, color="#ff8000"),
        StyleSpan(27, 36, italic=True, color="#ffff00"),
    )),
    Cue(5.0, 6.2, "Sung word by word", words=(
        Word(5.0, 5.4, "Sung"), Word(5.5, 5.8, " word"), Word(5.8, 6.0, " by"), Word(6.0, 6.12, " word"),
    )),
    Cue(7.0, 8.0, "At the top", position=Position(8)),
    Cue(8.0, 9.0, "In the picture", position=Position(4, 10.0, 50.0)),
    Cue(10.0, 12.0, "日本語の\n字幕です。", "花子", position=Position(9, vertical="rl")),
    Cue(3599.9996, 3602.5, "<i>no tag</i> {\\an8} C:\\new 1 --> 2 [00:01.00] a | b"),
]  # fmt: skip


NAMES = ("srt", "vtt", "ass", "lrc", "sbv", "microdvd", "sami", "csv", "tsv", "md", "html", "txt")


@pytest.mark.parametrize("name", NAMES)
def test_a_file(name: str, golden: Callable[[str, str], None]) -> None:
    format = format_named(name)
    file = format.write(Contents(CUES, transcript_of(CUES, "en"), programme=PROGRAMME)).data
    assert isinstance(file, str)
    golden(f"formats/everything{format.suffix}", file)


@pytest.mark.parametrize("karaoke", ["word", "sweep", "pop"])
def test_karaoke_in_ass(karaoke: Karaoke, golden: Callable[[str, str], None]) -> None:
    style = AssStyle(width=720, height=1280, font="Noto Sans", size=60, box_color="#00000099", karaoke=karaoke)
    track = AssTrack(representable([CUES[2]], PROGRAMME, style), style)
    golden(f"formats/karaoke_{karaoke}.ass", write_tracks([track], PROGRAMME))


def read(name: str, text: str, programme: Programme = PROGRAMME) -> list[Cue]:
    return list(format_named(name).read(text, programme).cues or ())


@pytest.mark.parametrize(
    ("name", "text", "cues"),
    [
        ("lrc", "[ti:Song]\n[00:01.00]One\n[00:02.5][01:00:00]Twice\n[00:03.500]\n", [
            Cue(1, 2.5, "One"), Cue(2.5, 3.5, "Twice"), Cue(60, 65, "Twice")]),
        ("lrc", "[offset:+500]\n[00:01.00]\ufeffSooner\n[00:01.00]deux\n[00:02]\n", [
            Cue(0.5, 1.5, "\ufeffSooner\ndeux")]),
        ("lrc", "[00:01.00] <00:01.10> When <00:01.40> sung <00:02.00>\n[00:02.00]", [
            Cue(1, 2, "When sung", words=(Word(1.1, 1.4, "When"), Word(1.4, 2.0, " sung")))]),
        ("sbv", "0:00:01.000,0:00:02.000\nOne\n\ntwo\n\n0:00:03.000,0:00:04.000\n[b]", [
            Cue(1, 2, "One\ntwo"), Cue(3, 4, "[b]")]),
        ("sbv", "[INFORMATION]\n[TITLE]x\n[SUBTITLE]\n00:00:01.00,00:00:02.00\nOne[br]two\n[END SUBTITLE]", [
            Cue(1, 2, "One\ntwo")]),
        ("microdvd", "{1}{1}25.000\n{25}{50}One|{y:i}two\n{75}{}{Y:b,u}{c:$0000ff}three|four", [
            Cue(1, 2, "One\ntwo", styles=(StyleSpan(4, 7, italic=True),)),
            Cue(3, 8, "three\nfour", styles=(StyleSpan(0, 5, bold=True, underline=True, color="#ff0000"),
                                             StyleSpan(5, 10, bold=True, underline=True)))]),
        ("microdvd", "{50}{100}no rate in the file", [Cue(2, 4, "no rate in the file")]),
        ("sami", "<SAMI><BODY><SYNC Start=1000><P Class=KRCC>하나<br>&lt;둘&gt;<SYNC Start=2000><P Class=KRCC>&nbsp;"
                 "<sync start='3000'><p class=KRCC><FONT COLOR=red>Red</FONT> <b>bold</b>\nspaces\n", [
            Cue(1, 2, "하나\n<둘>"),
            Cue(3, 8, "Red bold spaces", styles=(StyleSpan(0, 3, color="#ff0000"), StyleSpan(4, 8, bold=True)))]),
        ("csv", "id;Begin;End;Text\n1;00:00:01,5;0:02;\"a;b\"\n", [Cue(1.5, 2, "a;b")]),
        ("csv", "f1,0.000,2.680,\"1\"\nf2,2.680,5.88,From\n", [Cue(0, 2.68, "1"), Cue(2.68, 5.88, "From")]),
        ("tsv", "start\tend\ttext\n0\t4000\tHello\n4000\t6500\tworld\n", [Cue(0, 4, "Hello"), Cue(4, 6.5, "world")]),
        ("tsv", "start\tend\ttext\n0\t4\tHello\n4\t6\tworld\n", [Cue(0, 4, "Hello"), Cue(4, 6, "world")]),
        ("srt", "1\n0:0:1,0 --> 0:0:2,0\n<i>One</i> {\\an8}<FONT color='Lime'>two</font></b> <s>three</s> <x>", [
            Cue(1, 2, "One two three <x>", styles=(StyleSpan(0, 3, italic=True), StyleSpan(4, 7, color="#00ff00")),
                position=Position(8))]),
    ],
)  # fmt: skip
def test_what_others_write(name: str, text: str, cues: list[Cue]) -> None:
    assert read(name, text) == cues


@pytest.mark.parametrize(
    ("name", "text", "losses", "repairs"),
    [
        ("srt", "5\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2 Y1:3 Y2:4\n"
                "<s>a</s>{\\pos(1,2)}\n\nb\n00:00:03.000 --> 00:00:03.000\n\n",
         ("1 effect", "1 strikethrough", "1 cue without text", "1 pair of coordinates"),
         ("1 missing number", "1 missing blank line", "1 time in another spelling", "1 blank line in a text",
          "1 cue with its end before its start")),
        ("vtt", "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:0,MPEGTS:1\n\nNOTE hi\n\nname\n"
                "00:01.000 --> 00:02.000 size:50% region:a\n<v A>a</v><v B>b</v> <ruby>c<rt>d</rt></ruby>",
         ("1 header line", "1 ruby text", "2 voices", "1 region", "1 width", "1 comment", "1 identifier"), ()),
        ("lrc", "[ar:Anna]\nno time\n[00:01.00]One", ("1 header line", "1 line without a time"),
         ("1 line without an end",)),
        ("sami", "<SAMI><SYNC Start=1><P Class=A>a<SYNC Start=1><P Class=B>b<SYNC Start=2><P Class=A>&nbsp;",
         ("1 text in another language",), ()),
    ],
)  # fmt: skip
def test_what_is_lost_and_mended_is_counted(
    name: str, text: str, losses: tuple[str, ...], repairs: tuple[str, ...]
) -> None:
    contents = format_named(name).read(text, PROGRAMME)
    assert (set(contents.losses), set(contents.repairs)) == (set(losses), set(repairs))
    with pytest.raises(FormatError, match=f"{name}: cannot be read exactly: "):
        format_named(name).read(text, PROGRAMME, strict=True)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("lrc", "Just words", "lrc line 1: no times in it, so it is not an LRC file"),
        ("sbv", "Just words", "sbv line 1: text before the first time"),
        ("microdvd", "\nwords", "microdvd line 2: a line without times"),
        ("sami", "<html>", "sami line 1: does not begin with <SAMI>"),
        (
            "csv",
            "a,b\n1,2\n",
            "csv line 1: has no columns that are called start, end and text, nor any like them",
        ),
        ("csv", "start,end,text\n1,soon,x\n", "csv line 2: not a time: 'soon'"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(name, text)
    assert str(caught.value) == sentence


def test_microdvd_needs_a_frame_rate() -> None:
    with pytest.raises(FormatError, match="microdvd: needs the frame rate of the video"):
        read("microdvd", "{1}{2}x", Programme())


DEMUXERS = {
    "srt": "srt", "vtt": "webvtt", "ass": "ass", "lrc": "lrc", "sbv": "subviewer", "microdvd": "microdvd",
    "sami": "sami",
}  # fmt: skip


@pytest.mark.parametrize("name", DEMUXERS)
@pytest.mark.parametrize("cues", [CUES[:1], CUES, [Cue(at, at + 0.5, f"Cue {at}") for at in range(10_000)]])
def test_ffmpeg_finds_the_same_cues(name: str, cues: list[Cue]) -> None:
    format = format_named(name)
    file = str(format.write(Contents(cues, programme=PROGRAMME)).data)
    with av.open(io.BytesIO(file.encode()), format=DEMUXERS[name]) as opened:
        assert isinstance(opened, InputContainer)
        packets = [packet for packet in opened.demux() if packet.size]
    shown = [packet for packet in packets if not bytes(packet).strip().endswith(b"&nbsp;") and bytes(packet).strip()]
    seen = [_times(packet) for packet in shown]
    assert seen == [(round(cue.start * 1000), round(cue.end * 1000)) for cue in format.read(file, PROGRAMME).cues or ()]
    longest_words = (max(re.findall(r"\w+", cue.text), key=len) for cue in cues)
    assert all(word in bytes(packet).decode() for word, packet in zip(longest_words, shown, strict=True))


def _times(packet: av.Packet[Stream]) -> tuple[int, int]:
    """Start and end in milliseconds."""
    assert packet.pts is not None
    assert packet.time_base is not None
    milliseconds = packet.time_base * 1000
    return round(packet.pts * milliseconds), round((packet.pts + (packet.duration or 0)) * milliseconds)


HEADS = {
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n{}\n",
    "vtt": "WEBVTT\n\nSTYLE\n{}\n\n00:01.000 --> 00:02.000 {}\n{}x",
    "ass": "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{}x",
    "lrc": "[00:01.00]a{}b\n[00:02.00]",
    "sami": "<SAMI><TITLE>{}</TITLE><SYNC Start=1><P Class=A>a{}b<SYNC Start=3>",
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("piece", ["9", " ", "<", "<!--", "/*", "{", "\\t(", "[", "&#", "-->"])
def test_long_lines_of_one_character_take_linear_time(name: str, piece: str) -> None:
    """A pattern that starts again at each character would take minutes here."""
    with suppress(FormatError):
        assert read(name, HEADS[name].replace("{}", piece * (100_000 // len(piece)))) is not None
