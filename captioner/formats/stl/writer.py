"""EBU STL, .stl: the subtitle files that European broadcasters exchange. EBU Tech 3264, a binary format.

A file is a header of 1024 bytes (GSI) and blocks of 128 bytes for each subtitle (TTI). The subtitles are open ones:
lines italic or underlined, no color. A file uses one alphabet, and counts 25 frames a second, or 29.97 for video of
that family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from captioner.errors import FormatError
from captioner.formats.common.characters import character_list
from captioner.formats.common.contents import Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import NO_RATE, FrameClock, frame_clock, on_frames, one_at_a_time
from captioner.formats.common.lines import lines_of, one_line, single_spaced, with_lines
from captioner.formats.common.styled_text import TextStyle, substitute
from captioner.formats.stl.characters import ALPHABETS, REPLACEMENTS, encoded, unencodable
from captioner.formats.stl.language_codes import LANGUAGES
from captioner.formats.stl.reader import NTSC, PAL
from captioner.timestamps import format_clock
from captioner.values import Cue, Position

ROWS = 23
"""Rows of the screen; a subtitle says in which of them it begins."""

HIGHEST = (10, 7, 0)
"""For a text in each third of the picture, from below, the last row in which it would be taken for one at the top."""

TEXT_BYTES = 112
"""Bytes of text in a block. A longer text continues in up to 238 more blocks (4.3, EBN)."""

LONGEST = 239 * TEXT_BYTES
"""Bytes of the longest text."""

NEW_LINE, UNUSED = b"\x8a", b"\x8f"

ITALIC, UNDERLINE = (b"\x80", b"\x81"), (b"\x82", b"\x83")
"""Codes that begin and end a style."""

_REPLACED = re.compile("|".join(map(re.escape, REPLACEMENTS)))


def write(cues: Sequence[Cue], programme: Programme) -> bytes:
    """Return a file. Raises `FormatError` for text that none of the five alphabets can hold."""
    clock = _clock(programme)
    alphabet = _alphabet(cues)
    blocks = [block for number, cue in enumerate(cues) for block in _blocks(number, cue, alphabet, clock)]
    return _header(cues, programme, alphabet, clock, len(blocks)) + b"".join(blocks)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames, one at a time, with whole lines italic or underlined, and the anchor of their position.

    Raises `FormatError` without a frame rate: there are two, and a file with the wrong one is refused.
    """
    if programme.frame_rate is None:
        raise FormatError("stl", NO_RATE)
    return [_representable(cue) for cue in one_at_a_time(on_frames(cues, _clock(programme)))]


def _representable(cue: Cue) -> Cue:
    held = restricted_to(cue, styles=("italic", "underline"), position="anchor")
    spaced = single_spaced(substitute(held, _REPLACED, lambda match: REPLACEMENTS[match[0]]))
    return _where_it_is_read(with_lines(spaced, lines_of(spaced)))


def _where_it_is_read(cue: Cue) -> Cue:
    """Return the cue with the anchor that readers see: many lines that begin near the top are at the top."""
    third, column = divmod(_anchor(cue) - 1, 3)
    is_high = _first_row(third, cue) <= HIGHEST[third]
    return replace(cue, position=Position(7 + column)) if is_high else cue


def _clock(programme: Programme) -> FrameClock:
    """Return Timecode in a rate of Tech 3264 (4.2, DFC): STL25.01, or STL30.01, here without drop-frame."""
    rate = NTSC if ((programme.frame_rate or PAL) / NTSC).denominator == 1 else PAL
    start = (programme.start_timecode or "").replace(";", ":") or None
    return frame_clock("stl", replace(programme, frame_rate=rate, drop_frame=False, start_timecode=start))


def _alphabet(cues: Sequence[Cue]) -> bytes:
    """Return the first alphabet that has all characters of the text."""
    characters = set("".join(cue.text for cue in cues)) - {"\n"}
    missing = {alphabet: unencodable(characters, alphabet) for alphabet in ALPHABETS}
    alphabet = min(missing, key=lambda alphabet: len(missing[alphabet]))
    if missing[alphabet]:
        alphabets = "Latin, Cyrillic, Arabic, Greek or Hebrew"
        reason = f"the closest lacks {character_list(missing[alphabet])}"
        raise FormatError("stl", f"a file has one alphabet ({alphabets}); {reason}; write ttml instead")
    return alphabet


def _blocks(number: int, cue: Cue, alphabet: bytes, clock: FrameClock) -> Iterator[bytes]:
    """Yield a subtitle in as many blocks as its text needs (4.3)."""
    text = NEW_LINE.join(_line(line, style, alphabet) for line, style in lines_of(cue))
    if len(text) > LONGEST:
        raise FormatError("stl", f"the cue at {format_clock(cue.start)} is longer than {LONGEST} bytes")
    times = _timecode_bytes(clock.timecode(cue.start)) + _timecode_bytes(clock.timecode(cue.end))
    placement = _placement(cue)
    parts = [text[at : at + TEXT_BYTES] for at in range(0, len(text), TEXT_BYTES)]
    for index, part in enumerate(parts):
        extension = 0xFF if index == len(parts) - 1 else index
        head = bytes([0, *(number % 65_536).to_bytes(2, "little"), extension, 0])
        yield head + times + placement + part.ljust(TEXT_BYTES, UNUSED)


def _placement(cue: Cue) -> bytes:
    """Return the first row (VP), alignment (JC) and comment flag (CF) of a subtitle."""
    row, column = divmod(_anchor(cue) - 1, 3)
    return bytes([_first_row(row, cue), column + 1, 0])


def _anchor(cue: Cue) -> int:
    return cue.position.anchor if cue.position else 2


def _first_row(third: int, cue: Cue) -> int:
    """Return the row of the first line of a cue in a third of the picture, counted from below."""
    lines = cue.text.count("\n") + 1
    return max(1, (ROWS - lines, (ROWS - lines) // 2 + 1, 1)[third])


def _line(line: str, style: TextStyle, alphabet: bytes) -> bytes:
    text = b"".join(encoded(character, alphabet) or b"" for character in line)
    for is_on, (begin, end) in ((style.italic, ITALIC), (style.underline, UNDERLINE)):
        text = begin + text + end if is_on else text
    return text


def _timecode_bytes(timecode: str) -> bytes:
    return bytes(map(int, timecode.split(":")))


def _header(cues: Sequence[Cue], programme: Programme, alphabet: bytes, clock: FrameClock, blocks: int) -> bytes:
    """Return the general subtitle information (4.2). Each field is padded to its length; unknown fields are spaces."""
    title = one_line(programme.title).encode("cp850", "replace")
    language = LANGUAGES.get((programme.language or "").split("-")[0].lower(), 0)
    columns = max((len(line) for cue in cues for line in cue.text.split("\n")), default=0)
    labels = [clock.label(0), clock.timecode(cues[0].start) if cues else clock.label(0)]
    fields = (
        (3, b"850"),
        (8, b"STL25.01" if clock.rate.per_second == PAL else b"STL30.01"),
        (1, b"0"),  # open subtitles
        (2, alphabet),
        (2, b"%02X" % language),
        (32, title[:32]),
        (32 * 5 + 16 + 12, b""),  # episode, translations, translator, reference, dates
        (2, b"00"),  # revision
        (5, b"%05d" % blocks),
        (5, b"%05d" % len(cues)),
        (3, b"001"),  # groups
        (2, b"%02d" % min(99, max(40, columns))),
        (2, b"%02d" % ROWS),
        (1, b"1"),  # timecode is valid
        *((8, label.replace(":", "").encode()) for label in labels),
        (2, b"11"),  # one disk, the first
        (3 + 32 * 3 + 75 + 576, b""),  # country, publisher, editor, spare bytes, user's area
    )
    return b"".join(text.ljust(length) for length, text in fields)
