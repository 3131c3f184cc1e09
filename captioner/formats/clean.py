"""What every caption file needs, whichever its format: lines, characters that can be written, times on a grid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf

from captioner.values import Cue

_LINE_END = re.compile(r"\r\n?|\n")

# No text file can hold half a surrogate pair, and what is written in C stops reading at a NUL.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def source_lines(text: str) -> list[str]:
    """The lines of a file that somebody else wrote, without byte order mark, whatever ends its lines."""
    return _LINE_END.split(text.removeprefix("\ufeff"))


def writable(text: str) -> str:
    """`text`, with U+FFFD for the characters that no file in UTF-8 can hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def text_lines(text: str) -> list[str]:
    """The lines of a cue's text as a file can hold them: a carriage return ends a line too, and no line is blank."""
    return [line for line in _LINE_END.split(writable(text)) if line.strip()]


def on_grid(cues: Iterable[Cue]) -> Iterator[Cue]:
    """The cues by start, on whole milliseconds, rounded once; none overlap that did not before.

    A cue too short to be seen on the grid lasts one millisecond, and those that it then touches move along.
    """
    previous_end, taken = inf, 0
    for cue in sorted(cues, key=lambda cue: cue.start):
        start = round(cue.start * 1000)
        if previous_end <= cue.start:
            start = max(start, taken)
        end = max(round(cue.end * 1000), start + 1)
        yield replace(cue, start=start / 1000, end=end / 1000)
        previous_end, taken = cue.end, end


def cue_read(start: int, end: int, text: str, speaker: str | None = None) -> Cue | None:
    """A cue from a file, times in milliseconds; None where it has no text.

    One that ends before it has begun would never be shown: it lasts a millisecond, so that its text is not lost.
    """
    lines = text_lines(text)
    if not lines:
        return None
    return Cue(start / 1000, max(end, start + 1) / 1000, "\n".join(lines), speaker)
