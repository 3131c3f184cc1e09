"""Whole files of the formats of text, as goldens that somebody has read; and what each reads of files of others."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from captioner.errors import FormatError
from captioner.formats import Programme, format_named, transcript_of
from captioner.formats.ass import Look
from captioner.formats.ass import render as render_ass
from captioner.values import Cue, Position, Style, Word

PROGRAMME = Programme(title="The <Lighthouse> & I", language="en", frame_rate=Fraction(25), width=1280, height=720)

CUES = [
    Cue(0.5, 2.04, "Good evening,\nladies & gentlemen.", "Anna"),
    Cue(2.04, 4.0, "I <3 italics, bold,\ncolor: all of it.", styles=(
        Style(5, 12, italic=True), Style(14, 18, bold=True, underline=True), Style(20, 25, color="#ff8000"),
        Style(27, 36, italic=True, color="#ffff00"),
    )),
    Cue(5.0, 6.2, "Sung word by word", words=(
        Word(5.0, 5.4, "Sung"), Word(5.5, 5.8, " word"), Word(5.8, 6.0, " by"), Word(6.0, 6.12, " word"),
    )),
    Cue(7.0, 8.0, "At the top", position=Position(8)),
    Cue(8.0, 9.0, "In the picture", position=Position(4, 10.0, 50.0)),
    Cue(10.0, 12.0, "日本語の\n字幕です。", "花子", position=Position(9, vertical="rl")),
    Cue(3599.9996, 3602.5, "<i>no tag</i> {\\an8} C:\\new 1 --> 2 [00:01.00] a | b"),
]  # fmt: skip


@pytest.mark.parametrize("name", "srt vtt ass lrc sbv microdvd sami csv tsv md html txt".split())
def test_a_file(name: str, golden: Callable[[str, str], None]) -> None:
    format = format_named(name)
    file = format.write(CUES, transcript_of(CUES, "en"), None, PROGRAMME)
    assert isinstance(file, str)
    golden(f"formats/everything{format.suffix}", file)


@pytest.mark.parametrize("karaoke", ["word", "sweep", "pop"])
def test_karaoke_in_ass(karaoke: str, golden: Callable[[str, str], None]) -> None:
    look = Look(width=720, height=1280, font="Noto Sans", size=60, box="#00000099", karaoke=karaoke)
    golden(f"formats/karaoke_{karaoke}.ass", render_ass([CUES[2]], PROGRAMME, look))
