"""SCC read through ttconv."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.extras import library
from captioner.formats.common.frames import frame_clock
from captioner.formats.common.lines import source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.ttconv_bridge import cues_of, read_document
from captioner.formats.scc.caption_loading import COLUMNS, ROWS
from captioner.values import Cue, Position, StyleSpan

HEADER = "Scenarist_SCC V1.0\n"

RATE = Fraction(30_000, 1001)
"""Frames a second of line 21. There is no other, whatever the video has."""

_LINE = re.compile(r"\s*(\d\d:\d\d:\d\d[:;.,]\d\d)(\s+)(\S.*)", re.ASCII)
_WORD = re.compile(r"[0-9a-fA-F]{4}", re.ASCII)

_CHANNELS = {0x1C: 2, 0x15: 3, 0x1D: 4}
"""The channel of a control code, by its first byte without parity. That of channel 1 is 0x14."""

_SHOWS = (0x2F, 0x2D, 0x29)
"""Second bytes of the codes that show a caption: end of caption, carriage return, resume direct captioning."""

_OTHER_CHANNEL = "Skip Caption Channel"
"""How ttconv's warning about another channel begins."""

_CHARACTERS = {ord("ʌ"): "^", ord("━"): "—"}
"""Characters that ttconv names by their shape, and the standard's name for each."""

_GREENS = {"#008000": "#00ff00"}
"""The green of ttconv, which is that of HTML, and the full green of line 21."""


def parse(text: str, programme: Programme) -> Contents:
    """Return the captions of channel 1 as a decoder shows them. `programme` gives the label of the first frame.

    Raises `FormatError`, also if ttconv is missing.
    """
    reader, losses, repairs = library("scc", "ttconv.scc.reader"), Losses(), Losses()
    lines = _readable(source_lines(text), losses, repairs)
    _count_other_channels(lines, losses)
    document, warnings = read_document("scc", lambda: reader.to_model("\n".join(lines)))
    cues = cues_of(document, "scc", losses, position=lambda region, _, text: _position(region, text))
    drop_frame = any(";" in line[:12] for line in lines[1:])
    known = Programme(frame_rate=RATE, drop_frame=drop_frame, start_timecode=programme.start_timecode)
    repairs["thing that ttconv did not understand"] += sum(not text.startswith(_OTHER_CHANNEL) for text in warnings)
    return Contents(_in_programme(cues, known), programme=known, losses=losses.phrases(), repairs=repairs.phrases())


def _readable(lines: list[str], losses: Losses, repairs: Losses) -> list[str]:
    """Return the header and the lines that ttconv can read: a timecode, a tab, and words of four hex digits.

    Counts what is repaired and left out. Raises `FormatError` without a header, and where no line is readable.
    """
    if lines[0].strip() != HEADER.strip():
        raise FormatError("scc", f"does not begin with {HEADER.strip()}", line=1)
    read = [lines[0]]
    filled = [(number, line) for number, line in enumerate(lines[1:], 2) if line.strip()]
    for _, line in filled:
        match = _LINE.fullmatch(line)
        words = match[3].split() if match else []
        valid = [word for word in words if _WORD.fullmatch(word)]
        if match and valid:
            repairs["line with a space in place of a tab"] += "\t" not in match[2]
            losses["word without four hex digits"] += len(words) - len(valid)
            read.append(f"{match[1]}\t{' '.join(valid)}")
        else:
            losses["line without a timecode and words of four hex digits"] += 1
    if filled and len(read) == 1:
        number, line = filled[0]
        raise FormatError("scc", f"expected a timecode and words of four hex digits: {line.strip()[:40]!r}", number)
    return read


def _count_other_channels(lines: list[str], losses: Losses) -> None:
    """Count the captions of channels 2 to 4. A code that is sent twice shows one caption."""
    last = None
    for line in lines:
        match = _LINE.fullmatch(line)
        for word in match[3].split() if match else ():
            code = int(word, 16) & 0x7F7F
            channel = _CHANNELS.get(code >> 8)
            if channel and code & 0x7F in _SHOWS and code != last:
                losses[f"caption of channel {channel}"] += 1
            last = None if code == last else code


def _in_programme(cues: list[Cue], programme: Programme) -> list[Cue]:
    """Return the cues in the characters and colors of line 21, their times counted from the first frame."""
    cues = [
        replace(cue, text=cue.text.translate(_CHARACTERS), styles=tuple(map(_in_line_21, cue.styles))) for cue in cues
    ]
    if not programme.start_timecode:
        return cues
    clock = frame_clock("scc", programme)
    return [clock.from_start(cue) for cue in cues]


def _in_line_21(span: StyleSpan) -> StyleSpan:
    return replace(span, color=_GREENS.get(span.color or "", span.color))


def _position(region: Any, text: str) -> Position | None:
    """Return the edges of the picture near a text. ttconv's region is the text's box in 80 % of the picture.

    The box of a roll-up caption reaches up to the top, and its text is at the lower edge.
    """
    styles = {style.__name__: region.get_style(style) for style in region.iter_styles()}
    lines = text.split("\n")
    left = round((styles["Origin"].x.value - 10) / 80 * COLUMNS)
    above = round((styles["Origin"].y.value - 10) / 80 * ROWS)
    if styles["DisplayAlign"].name == "after":
        above += round(styles["Extent"].height.value / 80 * ROWS) - len(lines)
    right, below = COLUMNS - left - max(map(len, lines)), ROWS - above - len(lines)
    column = 0 if left <= 2 and right > left + 1 else 2 if right <= 2 and left > right + 1 else 1
    return position_of(2 if above < min(5, below - 1) else 0 if above > below + 1 else 1, column)


def position_of(row: int, column: int) -> Position | None:
    """Return the position of a third of the picture, counted from bottom left.

    None for the bottom centre, the default.
    """
    return None if (row, column) == (0, 1) else Position(3 * row + column + 1)
