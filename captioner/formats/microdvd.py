"""MicroDVD, .sub: a cue a line, its times counted in frames, `|` for a line break.

A first cue from frame 1 to 1 says how many frames a second there are; where none does, who reads the file must know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import zip_longest

from captioner.errors import FormatError
from captioner.formats.model.colors import color_of
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import restricted_to
from captioner.formats.model.joiner_escape import joiner_escape
from captioner.formats.model.lines import source_lines
from captioner.formats.model.losses import Losses
from captioner.formats.model.markup import Markup
from captioner.formats.model.quantize import cue_read, quantize
from captioner.formats.model.styled_text import StyledText, TextStyle, substitute
from captioner.timestamps import parse_rate
from captioner.values import Cue

_LINE = re.compile(r"\s*\{(\d{1,9})\}\{(\d{0,9})\}(.*)", re.ASCII | re.DOTALL)
_RATE = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:fps)?\s*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r"\{([A-Za-z]):([^{}|]*)\}")
_BAR = re.compile(r"\|")
_TAG_ESCAPE = joiner_escape(r"\{(?=[A-Za-z]:)", r"\{{JOINER}+")

LAST_LINE = 5
"""Seconds that a cue lasts whose end is not written, where none follows."""


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames; `|` in a text becomes `¦`, for it would break the line. Raises `FormatError`."""
    held = (restricted_to(cue) for cue in quantize(cues, _rate(programme)))
    return [_TAG_ESCAPE.unescape_cue(substitute(cue, _BAR, "¦")) for cue in held]


def _rate(programme: Programme) -> Fraction:
    if programme.frame_rate is None:
        raise FormatError("microdvd", "counts frames: say how many a second the video has, as with --fps 25")
    return programme.frame_rate


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """The frame rate, to three decimals, and the cues by start."""
    rate = _rate(programme)
    lines = [f"{{1}}{{1}}{f'{float(rate):.3f}'.rstrip('0').rstrip('.')}"]
    for cue in cues:
        text = _TAG_ESCAPE.escape(cue.text).replace("\n", "|")
        lines.append(f"{{{round(cue.start * rate)}}}{{{round(cue.end * rate)}}}{text}")
    return "".join(f"{line}\n" for line in lines)


def parse(text: str, programme: Programme) -> Contents:
    """The cues as they stand in the file. Raises `FormatError` for a line without times, and without a frame rate."""
    losses, mended = Losses(), Losses()
    rows: list[tuple[int, int, str, str]] = []
    for number, line in enumerate(source_lines(text), 1):
        if match := _LINE.fullmatch(line):
            rows.append((number, int(match[1]), match[2], match[3]))
        elif line.strip():
            raise FormatError("microdvd", "a line without times", number)
    rate = programme.frame_rate
    if rows and rows[0][1:3] in ((1, "1"), (0, "0")) and (told := _RATE.fullmatch(rows[0][3])):
        rate = rate or _told(told[1])
        rows = rows[1:]
    rate = _rate(Programme(frame_rate=rate)) if rows else rate
    cues = []
    for (number, start, end, shown), following in zip_longest(rows, (row[1] for row in rows[1:])):
        assert rate is not None
        last = int(end) if end else following if following is not None else start + round(LAST_LINE * rate)
        mended["cue without an end"] += not end
        mended["cue with its end before its start"] += last <= start
        cue = cue_read(start, last, _read(shown, losses), rate=rate)
        cues.append((cue, number))
    losses["cue without text"] = sum(cue is None for cue, _ in cues)
    return Contents.of_cues(cues, programme=Programme(frame_rate=rate), losses=losses, mended=mended)


def _told(text: str) -> Fraction:
    try:
        return parse_rate(text.replace(",", ".")).per_second
    except ValueError as error:
        raise FormatError("microdvd", str(error), 1) from error


def _read(text: str, losses: Losses) -> StyledText:
    """The text, its lines parted by bars. A tag with a small letter holds for its line, one with a capital for all."""
    markup = Markup()
    for number, line in enumerate(text.split("|")):
        markup.add("\n" if number else "")
        at = opened = 0
        for match in _TAG.finditer(line):
            markup.add(_TAG_ESCAPE.unescape(line[at : match.start()]))
            at = match.end()
            style = _tag_style(match[1].lower(), match[2], losses)
            if style:
                markup.open("all" if match[1].isupper() else "line", style)
                opened += match[1].islower()
        markup.add(_TAG_ESCAPE.unescape(line[at:]))
        for _ in range(opened):
            markup.close("line")
    return markup.styled_text()


def _tag_style(name: str, value: str, losses: Losses) -> TextStyle | None:
    if name == "y":
        marks = {mark.strip().lower() for mark in value.split(",")}
        losses["strikethrough"] += "s" in marks
        return TextStyle("i" in marks, "b" in marks, "u" in marks)
    if name == "c" and (color := color_of(value.removeprefix("$"))):
        return TextStyle(color=f"#{color[5:7]}{color[3:5]}{color[1:3]}")  # blue comes first
    losses["effect"] += 1
    return None
