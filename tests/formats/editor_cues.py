"""Cues with everything that editing programs and broadcasters may or may not support, and their programme."""

from __future__ import annotations

from fractions import Fraction

from captioner.formats import FORMATS, Contents, Programme
from captioner.timestamps import FrameRate, seconds_at
from captioner.values import Cue, Position, StyleSpan

FILM = Programme(
    title='The "Lighthouse" & more',
    language="en",
    frame_rate=Fraction(24_000, 1001),
    start_timecode="01:00:00:00",
    width=1280,
    height=720,
)

CUES = [
    Cue(2.002, 4.5, "Good evening,\nladies & <gentlemen>.", "Anna & Bob", styles=(StyleSpan(0, 13, italic=True),)),
    Cue(5.0, 6.0, r'1 --> 2, C:\new {x} "so"', position=Position(8)),
    Cue(
        6.0,
        7.0,
        "Bold, red and marked.",
        styles=(StyleSpan(0, 4, bold=True), StyleSpan(6, 9, color="#ff0000", underline=True)),
    ),
    Cue(3600.0, 3602.5, "An hour | later…", position=Position(5)),
]

WORLD = [Cue(1, 2, "日本語です\n안녕하세요"), Cue(3, 4, "שלום, مرحبا"), Cue(5, 6, "👩‍👩‍👧 🎬 café")]


def file_of(name: str, cues: list[Cue], programme: Programme = FILM) -> str:
    """A file of the format `name`; a binary file as Latin-1 text."""
    file = FORMATS[name].write(Contents(cues, programme=programme)).data
    return file if isinstance(file, str) else file.decode("latin-1")


def read_back(name: str, text: str, programme: Programme = FILM) -> list[Cue]:
    """The cues in a file."""
    format = FORMATS[name]
    return list(format.read(text.encode("latin-1") if format.binary else text, programme).cues or ())


def cues_at_minutes(rate: FrameRate) -> list[Cue]:
    """A cue of two frames around the end of each minute of an hour."""
    minute = round(60 * rate.per_second)
    firsts = [end - 1 for end in range(minute, 61 * minute, minute)]
    return [Cue(seconds_at(first, rate), seconds_at(first + 2, rate), f"minute {n}") for n, first in enumerate(firsts)]
