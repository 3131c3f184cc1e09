"""The lines that Whisper and its kin print, .txt: `[00:00.000 --> 00:02.500] text`, one for each cue."""

from __future__ import annotations

import re
from collections.abc import Iterable

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.lines import in_one_line, single_spaced, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.timing_line import milliseconds, timing_line
from captioner.timestamps import format_clock
from captioner.values import Cue

_LINE = re.compile(r"\s*\[([^\[\]]{1,60})\](.*)", re.DOTALL)


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues on milliseconds, in one line, with single spaces."""
    return [single_spaced(in_one_line(restricted_to(cue))) for cue in quantize(cues)]


def write(cues: Iterable[Cue]) -> str:
    """Return a line for each cue."""
    return "".join(f"[{format_clock(cue.start)} --> {format_clock(cue.end)}] {cue.text}\n" for cue in cues)


def parse(text: str) -> Contents:
    """Return the lines as cues. Raises `FormatError` where no line has times."""
    losses, repairs = Losses(), Losses()
    lines = [(number, line) for number, line in enumerate(source_lines(text), 1) if line.strip()]
    cues: list[tuple[Cue | None, int | None]] = []
    for number, line in lines:
        match = _LINE.fullmatch(line)
        timing = timing_line(match[1]) if match else None
        if not match or not timing or "-" in (timing.start[0], timing.end[0]):
            losses["line without times"] += 1
            continue
        start, end = milliseconds(timing.start), milliseconds(timing.end)
        repairs["cue with its end before its start"] += end <= start
        cue = cue_read(start, end, match[2].strip())
        losses["cue without text"] += cue is None
        cues.append((cue, number))
    if lines and not cues:
        raise FormatError("printed", "a line without times", lines[0][0])
    return Contents.of_cues(cues, losses=losses, repairs=repairs)
