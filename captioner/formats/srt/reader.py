"""Reads SubRip files, also damaged ones and those with extensions.

pysrt holds the times. It does not read the file: it cuts lines short at their end, splits them at characters that end
no line, loses text after a blank line, and swallows a cue where the blank line before it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pysrt

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents
from captioner.formats.model.lines import leading_blanks, source_lines
from captioner.formats.model.losses import Losses
from captioner.formats.model.quantize import cue_read
from captioner.formats.srt.text import read_text
from captioner.timestamps import parse_clock
from captioner.values import Cue

_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)

# A line that means to be a timing, and what follows it: nothing, or coordinates (X1:40 X2:600 ...), which are left out.
_TIMING = re.compile(r"\s*(-?\d+:\S*?)\s*-->\s*(\S+)(?:\s+(\S.*)?)?", re.ASCII)
_PLAIN_TIMING = re.compile(r"\d{2,}:\d\d:\d\d,\d{3} --> \d{2,}:\d\d:\d\d,\d{3}", re.ASCII)
_TIME = re.compile(r"((?:\d{1,6}:)?\d{1,2}:\d{1,2})(?:[,.:](\d{1,9}))?", re.ASCII)


def parse(text: str) -> Contents:
    """The cues in the order of the file, without those that have no text. Tags that players know become styles, others
    stay text.

    Raises `FormatError` where a time cannot be read, or where there is text that no cue holds.
    """
    losses, mended = Losses(), Losses()
    cues = [
        (_cue(block, losses, mended), block.line + leading_blanks(block.lines))
        for block in _blocks(source_lines(text), mended)
    ]
    return Contents.of_cues(cues, losses=losses, mended=mended)


def _cue(block: _SrtBlock, losses: Losses, mended: Losses) -> Cue | None:
    text, position = read_text("\n".join(block.lines), losses)
    cue = cue_read(block.start.ordinal, block.end.ordinal, text, position=position)
    losses["cue without text"] += cue is None
    losses["pair of coordinates"] += block.coordinates
    mended["cue with its end before its start"] += block.end <= block.start
    mended["blank line in a text"] += sum(not line.strip() for line in block.lines)
    return cue


class _SrtBlock(NamedTuple):
    """A timing, the lines of text below it, and where in the file they begin."""

    start: pysrt.SubRipTime
    end: pysrt.SubRipTime
    coordinates: bool
    """Whether coordinates stand behind the timing."""
    line: int
    """The line of the file, from 1, in which the text begins."""
    lines: list[str]


def _blocks(lines: list[str], mended: Losses) -> Iterator[_SrtBlock]:
    """Every timing with the lines below it: only timings separate cues, since blank lines cannot be trusted."""
    timing: tuple[pysrt.SubRipTime, pysrt.SubRipTime, bool, int] | None = None
    below: list[str] = []
    for number, line in enumerate(lines, 1):
        match = _TIMING.fullmatch(line)
        if not match:
            below.append(line)
            continue
        text = _without_number(below, mended)
        if timing:
            yield _SrtBlock(*timing, text)
        else:
            _refuse_text(below, "text before the first time")
        mended["time in another spelling"] += not _PLAIN_TIMING.match(line)
        timing, below = (_time(match[1], number), _time(match[2], number), bool(match[3]), number + 1), []
    if timing:
        yield _SrtBlock(*timing, _without_blanks(below))
    else:
        _refuse_text(below, "no times in it, so it is no SubRip file")


def _without_number(below: list[str], mended: Losses) -> list[str]:
    """The lines without the number of the next cue.

    It is right above the timing, or alone in a file that has a blank line after each line.
    """
    lines = _without_blanks(below)
    touches = len(lines) == len(below)
    alone = len(lines) > 1 and not lines[-2].strip()
    numbered = bool(lines) and (touches or alone) and _NUMBER.fullmatch(lines[-1]) is not None
    text = lines[:-1] if numbered else lines
    mended["missing number"] += not numbered
    mended["missing blank line"] += bool(text) and bool(text[-1].strip()) and (numbered or touches)
    return _without_blanks(text)


def _without_blanks(lines: list[str]) -> list[str]:
    """The lines without the blank ones at their end."""
    last = max((index for index, line in enumerate(lines, 1) if line.strip()), default=0)
    return lines[:last]


def _refuse_text(lines: list[str], reason: str) -> None:
    for number, line in enumerate(lines, 1):
        if line.strip() and not _NUMBER.fullmatch(line):
            raise FormatError("srt", reason, number)


def _time(time: str, line: int) -> pysrt.SubRipTime:
    """The time that a text spells. A short fraction counts milliseconds, as players read it: `0:0:1,5` is 1.005 s."""
    match = _TIME.fullmatch(time)
    if not match:
        raise FormatError("srt", f"not a time: {time!r}", line)
    clock, fraction = match.groups(default="")
    return pysrt.SubRipTime(milliseconds=round(1000 * parse_clock(f"{clock}.{fraction.zfill(3)}")))
