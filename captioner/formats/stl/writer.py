"""EBU STL, .stl: the subtitle files that European broadcasters exchange. EBU Tech 3264, a binary format.

A head of 1024 bytes (GSI) and for each subtitle blocks of 128 (TTI). These are open subtitles: italic and underlined
lines, no color. A file has one alphabet, and counts 25 frames a second, or 29.97 for video of that family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from captioner.errors import FormatError
from captioner.formats.model.characters import character_list
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import restricted_to
from captioner.formats.model.frames import FrameClock, frame_clock, on_frames, one_at_a_time
from captioner.formats.model.lines import lines_of, one_line, single_spaced, with_lines
from captioner.formats.model.styled_text import TextStyle, substitute
from captioner.formats.stl.characters import ALIKE, LANGUAGES, TABLES, encoded, missing
from captioner.formats.stl.reader import read_stl
from captioner.timestamps import format_clock
from captioner.values import Cue

ROWS = 23
"""Rows of the screen; a subtitle says in which of them it begins."""

TEXT = 112
"""Bytes of text in a block. More goes into blocks that continue it, of which there are 239 (4.3, EBN)."""

LONGEST = 239 * TEXT

NEW_LINE, UNUSED = b"\x8a", b"\x8f"

ITALIC, UNDERLINED = (b"\x80", b"\x81"), (b"\x82", b"\x83")
"""Codes that begin and end a look."""

PAL, NTSC = Fraction(25), Fraction(30_000, 1001)

_ALIKE = re.compile("|".join(map(re.escape, ALIKE)))


def write(cues: Iterable[Cue], programme: Programme) -> bytes:
    """A file. Raises `FormatError` for characters that no one alphabet of the five has."""
    clock = _clock(programme)
    shown = representable(cues, programme)
    table = _table(shown)
    blocks = [block for number, cue in enumerate(shown) for block in _blocks(number, cue, table, clock)]
    return _head(shown, programme, table, clock, len(blocks)) + b"".join(blocks)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames, one at a time, with whole lines italic or underlined, and the anchor of their place."""
    return [_representable(cue) for cue in one_at_a_time(on_frames(cues, _clock(programme)))]


def _representable(cue: Cue) -> Cue:
    held = restricted_to(cue, styles=("italic", "underline"), position="anchor")
    spelled = single_spaced(substitute(held, _ALIKE, lambda found: ALIKE[found[0]]))
    return with_lines(spelled, lines_of(spelled))


def _clock(programme: Programme) -> FrameClock:
    """By Tech 3264 (4.2, DFC) there are two ways to count: STL25.01 and STL30.01. The latter drops no labels here."""
    rate = NTSC if ((programme.frame_rate or PAL) / NTSC).denominator == 1 else PAL
    start = (programme.start_timecode or "").replace(";", ":") or None
    return frame_clock("stl", replace(programme, frame_rate=rate, drop_frame=False, start_timecode=start))


def _table(cues: Iterable[Cue]) -> bytes:
    """The first alphabet that has all characters."""
    characters = set("".join(cue.text for cue in cues)) - {"\n"}
    lacking = {table: missing(characters, table) for table in TABLES}
    table = min(lacking, key=lambda table: len(lacking[table]))
    if lacking[table]:
        alphabets = "Latin, Cyrillic, Arabic, Greek or Hebrew, and none has all of this text"
        raise FormatError("stl", f"a file has one alphabet, {alphabets}: no {character_list(lacking[table])}")
    return table


def _blocks(number: int, cue: Cue, table: bytes, clock: FrameClock) -> Iterator[bytes]:
    """A subtitle in as many blocks as its text needs (4.3)."""
    text = NEW_LINE.join(_line(line, looks, table) for line, looks in lines_of(cue))
    if len(text) > LONGEST:
        raise FormatError("stl", f"the cue at {format_clock(cue.start)} has more than {LONGEST} bytes")
    times = _bytes_of(clock.timecode(cue.start)) + _bytes_of(clock.timecode(cue.end))
    row, column = divmod((cue.position.anchor if cue.position else 2) - 1, 3)
    lines = cue.text.count("\n") + 1
    first_row = max(1, (ROWS - lines, (ROWS - lines) // 2 + 1, 1)[row])
    parts = [text[at : at + TEXT] for at in range(0, len(text), TEXT)]
    for part, piece in enumerate(parts):
        extension = 0xFF if part == len(parts) - 1 else part
        head = bytes([0, *(number % 65_536).to_bytes(2, "little"), extension, 0])
        yield head + times + bytes([first_row, column + 1, 0]) + piece.ljust(TEXT, UNUSED)


def _line(line: str, looks: TextStyle, table: bytes) -> bytes:
    text = b"".join(encoded(character, table) or b"" for character in line)
    for on, (begin, end) in ((looks.italic, ITALIC), (looks.underline, UNDERLINED)):
        text = begin + text + end if on else text
    return text


def _bytes_of(timecode: str) -> bytes:
    return bytes(map(int, timecode.split(":")))


def _head(cues: list[Cue], programme: Programme, table: bytes, clock: FrameClock, blocks: int) -> bytes:
    """The general subtitle information (4.2): each field as long as it says, and spaces where nothing is known."""
    title = one_line(programme.title).encode("cp850", "replace")
    language = LANGUAGES.get((programme.language or "").split("-")[0].lower(), 0)
    columns = max((len(line) for cue in cues for line in cue.text.split("\n")), default=0)
    labels = [clock.label(0), clock.timecode(cues[0].start) if cues else clock.label(0)]
    fields = (
        (3, b"850"),
        (8, b"STL25.01" if clock.rate.per_second == PAL else b"STL30.01"),
        (1, b"0"),  # open subtitles
        (2, table),
        (2, b"%02X" % language),
        (32, title[:32]),
        (32 * 5 + 16 + 12, b""),  # episode, translations, translator, reference, dates
        (2, b"00"),  # revision
        (5, b"%05d" % blocks),
        (5, b"%05d" % len(cues)),
        (3, b"001"),  # groups
        (2, b"%02d" % min(99, max(40, columns))),
        (2, b"%02d" % ROWS),
        (1, b"1"),  # the timecode is to be used
        *((8, label.replace(":", "").encode()) for label in labels),
        (2, b"11"),  # one disk, the first
        (3 + 32 * 3 + 75 + 576, b""),  # country, publisher, editor, spare bytes, user's area
    )
    return b"".join(text.ljust(length) for length, text in fields)


def parse(data: bytes) -> Contents:
    """The subtitles through ttconv, open or teletext ones. Raises `FormatError`, also without it."""
    return read_stl(data)
