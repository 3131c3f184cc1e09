"""MicroDVD, .sub: a cue in each line, its times counted in frames, `|` for a line break.

A first cue from frame 1 to 1 holds the frame rate; where a file has none, its reader must give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.colors import color_of
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import NO_RATE
from captioner.formats.common.joiner_escape import joiner_escape
from captioner.formats.common.lines import source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.markup import Markup
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, substitute
from captioner.timestamps import parse_rate
from captioner.values import Cue

LAST_LINE = 5
"""Seconds for which the last cue is shown if its end is not written."""

_LINE = re.compile(r"\s*\{(-?\d{1,9})\}\{(-?\d{0,9})\}(.*)", re.ASCII | re.DOTALL)
_DEFAULT = re.compile(r"\s*\{DEFAULT\}\{[^{}]*\}(.*)", re.IGNORECASE | re.DOTALL)
_RATE = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:fps)?\s*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r"\{([A-Za-z]):([^{}|]*)\}")
_BAR = re.compile(r"\|")
_TAG_ESCAPE = joiner_escape(r"\{(?=[A-Za-z]:)", r"\{{JOINER}+")


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames; `|` in a text becomes `¦`, for it would break the line. Raises `FormatError`."""
    held = (restricted_to(cue) for cue in quantize(cues, _known(programme.frame_rate)))
    return [_TAG_ESCAPE.unescape_cue(substitute(cue, _BAR, "¦")) for cue in held]


def _known(rate: Fraction | None) -> Fraction:
    if rate is None:
        raise FormatError("microdvd", NO_RATE)
    return rate


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """Return the frame rate, to three decimals, and the cues."""
    rate = _known(programme.frame_rate)
    lines = [f"{{1}}{{1}}{f'{float(rate):.3f}'.rstrip('0').rstrip('.')}"]
    for cue in cues:
        text = _TAG_ESCAPE.escape(cue.text).replace("\n", "|")
        lines.append(f"{{{round(cue.start * rate)}}}{{{round(cue.end * rate)}}}{text}")
    return "".join(f"{line}\n" for line in lines)


class _CueLine(NamedTuple):
    """A line of a file."""

    number: int
    """From 1."""
    start: int
    """The first frame."""
    end: str
    """The last frame; empty if it is not written."""
    text: str
    look: TextStyle = PLAIN
    """The style of all lines from the last `{DEFAULT}` line on."""


def parse(text: str, programme: Programme) -> Contents:
    """Return the cues in the order of the file.

    Raises `FormatError` for a line without times, and without a frame rate.
    """
    losses, repairs = Losses(), Losses()
    rows = list(_rows(source_lines(text), losses))
    rate = programme.frame_rate
    if rows and (rows[0].start, rows[0].end) in ((1, "1"), (0, "0")) and (written := _RATE.fullmatch(rows[0].text)):
        rate = rate or _parsed_rate(written[1])
        rows = rows[1:]
    early = max([0, *(-row.start for row in rows)])
    cues = list(_cues(rows, early, _known(rate), losses, repairs)) if rows else []
    losses["cue without text"] = sum(cue is None for cue, _ in cues)
    seconds = float(early / _known(rate)) if early else 0.0
    return Contents.of_cues(cues, programme=Programme(frame_rate=rate), losses=losses, repairs=repairs, early=seconds)


def _rows(lines: Iterable[str], losses: Losses) -> Iterator[_CueLine]:
    """Yield the lines with times. Others are counted; raises `FormatError` where there are no others."""
    look, untimed, timed = PLAIN, list[int](), False
    for number, line in enumerate(lines, 1):
        if match := _LINE.fullmatch(line):
            timed = True
            yield _CueLine(number, int(match[1]), match[2], match[3], look)
        elif match := _DEFAULT.fullmatch(line):
            look = PLAIN
            for name, value in _TAG.findall(match[1]):
                look = (_tag_style(name.lower(), value, losses) or PLAIN).within(look)
        elif line.strip():
            untimed.append(number)
    if untimed and not timed:
        raise FormatError("microdvd", "a line without times", untimed[0])
    losses["line without times"] += len(untimed)


def _parsed_rate(text: str) -> Fraction:
    try:
        return parse_rate(text.replace(",", ".")).per_second
    except ValueError as error:
        raise FormatError("microdvd", str(error), 1) from error


def _cues(
    rows: Sequence[_CueLine], early: int, rate: Fraction, losses: Losses, repairs: Losses
) -> Iterator[tuple[Cue | None, int | None]]:
    """Yield each row as a cue, with its line. One whose end is not written lasts until the next begins."""
    for row, following in zip_longest(rows, rows[1:]):
        end = (
            int(row.end)
            if row.end.strip("-")
            else following.start
            if following
            else row.start + round(LAST_LINE * rate)
        )
        repairs["cue without an end"] += not row.end
        repairs["cue with its end before its start"] += end <= row.start
        text = _read_text(row.text, row.look, losses)
        yield cue_read(row.start + early, end + early, text, rate=rate), row.number


def _read_text(text: str, look: TextStyle, losses: Losses) -> StyledText:
    """Return the text in the look of all lines, in which bars end lines.

    A tag in small letters holds for its line, one in capitals for all lines.
    """
    markup = Markup()
    markup.open("default", look)
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
