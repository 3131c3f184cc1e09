"""TMPlayer, .txt: a cue in each line behind the second at which it begins, `|` for a line break.

A cue lasts until the next line; a line without text ends it earlier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import one_at_a_time
from captioner.formats.common.lines import source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.styled_text import substitute
from captioner.values import Cue

LAST_LINE = 5
"""Seconds for which the last cue is shown if nothing ends it."""

_LINE = re.compile(r"\s*(\d{1,6}):(\d{1,2}):(\d{1,2})(?:,\d)?[:=](.*)", re.ASCII | re.DOTALL)
_BAR = re.compile(r"\|")


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues on seconds, one at a time; `|` in a text becomes `¦`, for it would break the line."""
    single = one_at_a_time(list(quantize(map(restricted_to, cues), 1)))
    return [substitute(cue, _BAR, "¦") for cue in single]


def write(cues: Sequence[Cue]) -> str:
    """Return a line for each cue, and one without text where no cue follows at once."""
    lines = []
    for cue, following in zip_longest(cues, cues[1:]):
        lines.append(f"{_time(cue.start)}:{cue.text.replace(chr(10), '|')}\n")
        if following is None or cue.end < following.start:
            lines.append(f"{_time(cue.end)}:\n")
    return "".join(lines)


def _time(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


def parse(text: str) -> Contents:
    """Return the lines as cues, each until the next begins. Raises `FormatError` where no line has a time."""
    losses, repairs = Losses(), Losses()
    lines = [(number, line) for number, line in enumerate(source_lines(text), 1) if line.strip()]
    rows = [(number, match) for number, line in lines if (match := _LINE.fullmatch(line))]
    if lines and not rows:
        raise FormatError("tmplayer", "a line without a time", lines[0][0])
    losses["line without a time"] += len(lines) - len(rows)
    timed = sorted(((_seconds(match), number, match[4]) for number, match in rows), key=lambda row: row[0])
    cues = []
    for (start, number, words), following in zip_longest(timed, timed[1:]):
        if words.strip():
            repairs["line without an end"] += following is None
            end = following[0] if following else start + LAST_LINE
            cues.append((cue_read(start, end, words.replace("|", "\n"), rate=1), number))
    return Contents.of_cues(cues, losses=losses, repairs=repairs)


def _seconds(match: re.Match[str]) -> int:
    return (int(match[1]) * 60 + int(match[2])) * 60 + int(match[3])
