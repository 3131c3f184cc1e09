"""Reads SubRip files, also damaged ones and those with extensions.

No library does: pysrt cuts lines short at their end, splits them at characters that end no line, loses text after a
blank line, and swallows a cue where the blank line before it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from math import ceil
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Programme
from captioner.formats.common.lines import leading_blanks, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read
from captioner.formats.common.rolling import unrolled
from captioner.formats.common.timing_line import (
    TIMING_ESCAPE,
    TimingLine,
    counts_frames,
    intends_timing,
    milliseconds,
    timecode_milliseconds,
    timing_line,
)
from captioner.formats.srt.text import read_text
from captioner.values import Cue

FRAMES = 30
"""Two digits behind the seconds may count frames where all are below this."""

_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)
_PLAIN_TIMING = re.compile(r"\s*\d{2,}:\d\d:\d\d,\d{3} --> \d{2,}:\d\d:\d\d,\d{3}(?!\S)", re.ASCII)


def parse(text: str, programme: Programme = UNKNOWN_PROGRAMME) -> Contents:
    """Return the cues in the order of the file, without those that have no text.

    Tags that players know become styles, others stay text.

    Where all times count frames, as `00:00:01:12` does, the frame rate of `programme` says how long they are. Raises
    `FormatError` where there is text that no cue holds.
    """
    losses, repairs = Losses(), Losses()
    blocks = list(_blocks(source_lines(text), losses, repairs))
    clock = _clock(blocks, programme.frame_rate, repairs)
    times = [(clock(block.timing.start), clock(block.timing.end)) for block in blocks]
    early = max([0, *(-start for start, _ in times)])
    cues = [
        (_cue(block, start + early, end + early, losses, repairs), block.line + leading_blanks(block.lines))
        for block, (start, end) in zip(blocks, times, strict=True)
    ]
    return Contents.of_cues(unrolled(cues, repairs), losses=losses, repairs=repairs, early=early / 1000)


def _clock(blocks: Sequence[_SrtBlock], rate: Fraction | None, repairs: Losses) -> Callable[[str], int]:
    """What reads a time in milliseconds: by frames where all times may count them and their rate is known."""
    times = [time for block in blocks for time in (block.timing.start, block.timing.end)]
    in_frames = bool(times) and all(counts_frames(time, ceil(rate or FRAMES)) for time in times)
    if in_frames and rate:
        return lambda time: timecode_milliseconds(time, rate)
    repairs["time that may count frames (give --fps)"] += len(times) * in_frames
    return lambda time: milliseconds(time, short_fraction=True)


def _cue(block: _SrtBlock, start: int, end: int, losses: Losses, repairs: Losses) -> Cue | None:
    text, position = read_text(TIMING_ESCAPE.unescape("\n".join(block.lines)), losses, repairs)
    cue = cue_read(start, end, text, position=position)
    losses["cue without text"] += cue is None
    losses["pair of coordinates"] += bool(block.timing.rest)
    repairs["cue with its end before its start"] += end <= start
    repairs["blank line in a text"] += sum(not line.strip() for line in block.lines)
    return cue


class _SrtBlock(NamedTuple):
    """A timing, the lines of text below it, and where in the file they begin."""

    timing: TimingLine
    line: int
    """The line of the file, from 1, in which the text begins."""
    lines: list[str]


def _blocks(lines: list[str], losses: Losses, repairs: Losses) -> Iterator[_SrtBlock]:
    """Yield every timing with the lines below it: only timings separate cues, since blank lines cannot be trusted.

    The text below a timing that cannot be read is lost.
    """
    timings = [
        (number, read) for number, line in enumerate(lines) if (read := timing_line(line)) or intends_timing(line)
    ]
    if not any(read for _, read in timings):
        for number, _ in timings[:1]:
            raise FormatError("srt", f"not a timing: {lines[number].strip()[:60]!r}", number + 1)
        _refuse_text(lines, "no times in it, so it is not a SubRip file")
    if timings:
        _refuse_text(_without_number(lines[: timings[0][0]], repairs), "text before the first time")
    for (number, read), following in zip_longest(timings, timings[1:]):
        below = lines[number + 1 : following[0] if following else None]
        text = _without_number(below, repairs) if following else _without_blanks(below)
        if read:
            repairs["time in another spelling"] += not _PLAIN_TIMING.match(lines[number])
            yield _SrtBlock(read, number + 2, text)
        else:
            losses["cue without a valid time"] += 1


def _without_number(below: list[str], repairs: Losses) -> list[str]:
    """Return the lines without the number of the next cue.

    It is right above the timing, or alone in a file that has a blank line after each line.
    """
    lines = _without_blanks(below)
    touches = len(lines) == len(below)
    alone = len(lines) > 1 and not lines[-2].strip()
    numbered = bool(lines) and (touches or alone) and _NUMBER.fullmatch(lines[-1]) is not None
    text = lines[:-1] if numbered else lines
    repairs["missing number"] += not numbered
    repairs["missing blank line"] += bool(text) and bool(text[-1].strip()) and (numbered or touches)
    return _without_blanks(text)


def _without_blanks(lines: list[str]) -> list[str]:
    """Return the lines without the blank ones at their end."""
    last = max((index for index, line in enumerate(lines, 1) if line.strip()), default=0)
    return lines[:last]


def _refuse_text(lines: list[str], reason: str) -> None:
    for number, line in enumerate(lines, 1):
        if line.strip() and not _NUMBER.fullmatch(line):
            raise FormatError("srt", reason, number)
