"""SubViewer as YouTube writes it, .sbv, and as older programs do, .sub with a head and `[br]` for a line break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.joiner_escape import joiner_escape
from captioner.formats.common.lines import leading_blanks, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.timestamps import format_clock, parse_clock
from captioner.values import Cue

_TIME = r"-?\d{1,9}:\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
_TIMING = re.compile(rf"\s*({_TIME})\s*,\s*({_TIME})\s*", re.ASCII)
_TIMING_ESCAPE = joiner_escape(rf"(?am)^(?=\s*{_TIME}\s*,\s*{_TIME}\s*$)", r"(?m)^{JOINER}+(?=\s*\d)")
_HEAD = re.compile(r"\s*(?:\[[^\]]*\].*)?")
_END = re.compile(r"\n\s*\[END[^\]\n]*\]\s*\Z")
_BREAK = re.compile(r"\[br\]", re.IGNORECASE)
_BREAK_ESCAPE = joiner_escape(r"(?i)\[(?=br\])", r"\[{JOINER}+")


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues as the file holds them: their text and their times, to the millisecond."""
    return [_unescaped(restricted_to(cue)) for cue in quantize(cues)]


def _unescaped(cue: Cue) -> Cue:
    return _TIMING_ESCAPE.unescape_cue(_BREAK_ESCAPE.unescape_cue(cue))


def write(cues: Iterable[Cue]) -> str:
    """Return the cues, each a timing and its lines."""
    return "\n".join(_block(cue) for cue in cues)


def _block(cue: Cue) -> str:
    return f"{_time(cue.start)},{_time(cue.end)}\n{_TIMING_ESCAPE.escape(_BREAK_ESCAPE.escape(cue.text))}\n"


def _time(seconds: float) -> str:
    return format_clock(seconds).removeprefix("0")


def parse(text: str) -> Contents:
    """Return the cues in the order of the file. Raises `FormatError` for text that stands before the first time."""
    losses, repairs = Losses(), Losses()
    lines = source_lines(text)
    headed = any(line.strip().startswith("[") for line in lines[:1])
    blocks = list(_blocks(lines))
    early = max([0, *(-_milliseconds(block.start) for block in blocks)])
    cues = [(_cue(block, early, headed, losses, repairs), block.line + leading_blanks(block.lines)) for block in blocks]
    return Contents.of_cues(cues, losses=losses, repairs=repairs, early=early / 1000)


def _milliseconds(time: str) -> int:
    """Milliseconds, below 0 where the time is before 0."""
    return round(parse_clock(time.removeprefix("-")) * 1000) * (-1 if time.startswith("-") else 1)


class _SbvBlock(NamedTuple):
    """A timing and the lines below it."""

    start: str
    end: str
    line: int
    """The line of the file, from 1, in which the text begins."""
    lines: list[str]


def _blocks(lines: list[str]) -> Iterator[_SbvBlock]:
    """Yield every timing with the lines below it: only timings separate cues."""
    timing: tuple[str, str, int] | None = None
    below: list[str] = []
    for number, line in enumerate(lines, 1):
        if match := _TIMING.fullmatch(line):
            if timing:
                yield _SbvBlock(*timing, below)
            timing, below = (match[1], match[2], number + 1), []
        elif timing:
            below.append(line)
        elif not _HEAD.fullmatch(line):
            raise FormatError("sbv", "text before the first time", number)
    if timing:
        yield _SbvBlock(*timing, below)
    elif any(line.strip() for line in lines):
        raise FormatError("sbv", "no times in it, so it is not a SubViewer file", 1)


def _cue(block: _SbvBlock, early: int, headed: bool, losses: Losses, repairs: Losses) -> Cue | None:
    first, last = (_milliseconds(time) + early for time in (block.start, block.end))
    text = _TIMING_ESCAPE.unescape("\n".join(block.lines).strip("\n"))
    text, breaks = _BREAK.subn("\n", _END.sub("", text) if headed else text)
    text = _BREAK_ESCAPE.unescape(text)
    repairs["break in the form of [br]"] += 0 if headed else breaks
    cue = cue_read(first, last, text)
    losses["cue without text"] += cue is None
    repairs["cue with its end before its start"] += last <= first
    repairs["blank line in a text"] += any(not line.strip() for line in text.split("\n"))
    return cue
