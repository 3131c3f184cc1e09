"""SubRip, .srt. There is no standard: what is written here is what every player reads.

pysrt makes the items and reads them. It cuts lines short at their end, splits them at characters that end no line,
loses text after a blank line and swallows a cue where the blank line before it is missing. So it is fed one clean item
at a time, each of its lines closed by a guard that it cannot cut away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pysrt

from captioner.errors import FormatError
from captioner.formats.clean import cue_read, on_grid, source_lines
from captioner.formats.contents import Contents
from captioner.formats.keeping import reduced
from captioner.formats.styling import reworded
from captioner.timestamps import format_clock, parse_clock
from captioner.values import Cue

_GUARD = "|"

_ARROW = re.compile("-->")

_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)

# A line that means to be a timing, and what follows it: nothing, or coordinates (X1:40 X2:600 ...), which are left out.
_TIMING = re.compile(r"\s*(-?\d+:\S*?)\s*-->\s*(\S+)(?:\s.*)?", re.ASCII)
_TIME = re.compile(r"((?:\d{1,6}:)?\d{1,2}:\d{1,2})(?:[,.:](\d{1,9}))?", re.ASCII)


def render(cues: Iterable[Cue]) -> str:
    """The cues by start, numbered from 1."""
    return "\n".join(str(_item(number, cue)) for number, cue in enumerate(kept(cues), 1))


def kept(cues: Iterable[Cue]) -> list[Cue]:
    """The cues as the file holds them. `-->` in a text becomes `→`, which no reader takes for a timing."""
    return [reworded(reduced(cue), _ARROW, "→") for cue in on_grid(cues)]


def _item(number: int, cue: Cue) -> pysrt.SubRipItem:
    return pysrt.SubRipItem(number, format_clock(cue.start, ","), format_clock(cue.end, ","), cue.text)


def parse(text: str) -> Contents:
    """The cues as they stand in the file, less those without text. Tags are text: SubRip has no way to escape them.

    Raises `FormatError` where a time cannot be read, or where there is text that no cue holds.
    """
    cues = (_cue(start, end, lines) for start, end, lines in _blocks(source_lines(text)))
    return Contents([cue for cue in cues if cue])


def _cue(start: float, end: float, lines: list[str]) -> Cue | None:
    timing = f"{format_clock(start, ',')} --> {format_clock(end, ',')}"
    item = pysrt.SubRipItem.from_lines(["1", timing, *(line + _GUARD for line in lines)])
    text = "\n".join(line.removesuffix(_GUARD) for line in item.text.split("\n"))
    return cue_read(item.start.ordinal, item.end.ordinal, text)


def _blocks(lines: list[str]) -> Iterator[tuple[float, float, list[str]]]:
    """Start, end and the lines below of every timing: they alone part the cues, since blank lines cannot be trusted."""
    timing: tuple[float, float] | None = None
    below: list[str] = []
    for number, line in enumerate(lines, 1):
        match = _TIMING.fullmatch(line)
        if not match:
            below.append(line)
            continue
        if timing:
            yield *timing, _without_number(below)
        else:
            _refuse_text(below, "text before the first time")
        timing, below = (_seconds(match[1], number), _seconds(match[2], number)), []
    if timing:
        yield *timing, below
    else:
        _refuse_text(below, "no times in it, so it is no SubRip file")


def _without_number(below: list[str]) -> list[str]:
    """The lines less the number of the next cue: it stands right above the timing, or alone in a double-spaced file."""
    lines = list(below)
    while lines and not lines[-1].strip():
        lines.pop()
    touches = len(lines) == len(below)
    alone = len(lines) > 1 and not lines[-2].strip()
    if lines and (touches or alone) and _NUMBER.fullmatch(lines[-1]):
        lines.pop()
    return lines


def _refuse_text(lines: list[str], reason: str) -> None:
    for number, line in enumerate(lines, 1):
        if line.strip() and not _NUMBER.fullmatch(line):
            raise FormatError("srt", reason, number)


def _seconds(time: str, line: int) -> float:
    """A short fraction counts milliseconds, as players read it: `0:0:1,5` is 1.005 s."""
    match = _TIME.fullmatch(time)
    if not match:
        raise FormatError("srt", f"not a time: {time!r}", line)
    clock, fraction = match.groups(default="")
    return parse_clock(f"{clock}.{fraction.zfill(3)}")
