"""Avid DS captions, .avid.txt: what the SubCap effect of Avid Media Composer imports.

There is no public description; the form is that of files which Media Composer has written. It refuses a whole file for
two captions at once and, at 23.976 and 24 frames a second, for an end on a label that ends in 2 or 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import restricted_to
from captioner.formats.model.frames import ONE_HOUR, FrameClock, frame_clock, on_frames, one_at_a_time, read_clock
from captioner.formats.model.joiner_escape import JOINER
from captioner.formats.model.lines import source_lines
from captioner.formats.model.styled_text import substitute
from captioner.timestamps import seconds_at
from captioner.values import Cue

HEAD = "@ This file written with the Avid Caption plugin, version 1\n\n"
BEGIN, END = "<begin subtitles>", "<end subtitles>"

_TIMING = re.compile(r"\s*(\d\d[:;]\d\d[:;]\d\d[:;]\d\d)\s+(\d\d[:;]\d\d[:;]\d\d[:;]\d\d)\s*", re.ASCII)

_LINE = re.compile(r"[^\n]+")


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """The captions, each two labels and its lines. Raises `FormatError` without a frame rate."""
    clock = _clock(programme)
    blocks = (
        f"{clock.timecode(cue.start)} {clock.timecode(cue.end)}\n{cue.text}\n\n"
        for cue in representable(cues, programme)
    )
    return f"{HEAD}{BEGIN}\n{''.join(blocks)}{END}\n"


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames, one at a time, with ends that Media Composer takes.

    A line that it would take for the next caption or for the end has U+2060, which nobody sees, before it.
    """
    clock = _clock(programme)
    alone = one_at_a_time(on_frames(map(restricted_to, cues), clock))
    return [substitute(cue, _LINE, lambda line: _guarded(line[0])) for cue in _with_ends(alone, clock)]


def _with_ends(cues: Iterable[Cue], clock: FrameClock) -> Iterator[Cue]:
    """An end that is refused goes a frame back, or forward where nothing of the cue would be left."""
    taken = 0
    for cue in cues:
        first = max(clock.frame(cue.start), taken)
        taken = max(clock.frame(cue.end), first + 1)
        if clock.rate.labels == 24 and (clock.start + taken) % 24 % 5 == 2:
            taken += 1 if taken == first + 1 else -1
        yield replace(cue, start=seconds_at(first, clock.rate), end=seconds_at(taken, clock.rate))


def _guarded(line: str) -> str:
    return JOINER + line if _TIMING.fullmatch(line) or line.strip() in (BEGIN, END) else line


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("avid", programme, ONE_HOUR)


def parse(text: str, programme: Programme) -> Contents:
    """The captions. The file does not say its frame rate, `programme` does. Raises `FormatError`."""
    blocks = list(_blocks(source_lines(text)))
    clock = read_clock("avid", programme, ONE_HOUR, (timing[1] for _, timing, _ in blocks))
    cues = (
        (clock.cue(clock.labelled(timing[1], number), clock.labelled(timing[2], number), "\n".join(lines)), number + 1)
        for number, timing, lines in blocks
    )
    return Contents.of_cues(cues, programme=clock.programme())


def _blocks(lines: list[str]) -> Iterator[tuple[int, re.Match[str], list[str]]]:
    """Number and match of each timing, and the lines below it."""
    marks = [number for number, line in enumerate(lines) if line.strip() == BEGIN]
    if not marks:
        raise FormatError("avid", f"has no {BEGIN}, so it holds no Avid captions", line=1)
    timing: tuple[int, re.Match[str]] | None = None
    below: list[str] = []
    for number, line in enumerate(lines[marks[0] + 1 :], marks[0] + 2):
        match = _TIMING.fullmatch(line)
        if match or line.strip() == END:
            if timing:
                yield *timing, below
            timing, below = (number, match) if match else None, []
        elif timing:
            below.append(line)
        elif line.strip():
            raise FormatError("avid", "text that belongs to no time", number)
    if timing:
        yield *timing, below
