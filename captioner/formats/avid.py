"""Avid DS captions, .avid.txt: the SubCap effect of Avid Media Composer imports them.

There is no public description; the format follows files that Media Composer has written. Media Composer refuses a whole
file for two captions at once and, at 23.976 and 24 frames a second, for an end on a label that ends in 2 or 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import ONE_HOUR, FrameClock, frame_clock, on_frames, one_at_a_time, read_clock
from captioner.formats.common.joiner_escape import JOINER
from captioner.formats.common.lines import source_lines
from captioner.formats.common.styled_text import substitute
from captioner.timestamps import seconds_at
from captioner.values import Cue

HEADER = "@ This file written with the Avid Caption plugin, version 1\n\n"
BEGIN, END = "<begin subtitles>", "<end subtitles>"

_TIMING = re.compile(r"\s*(\d\d[:;]\d\d[:;]\d\d[:;]\d\d)\s+(\d\d[:;]\d\d[:;]\d\d[:;]\d\d)\s*", re.ASCII)

_LINE = re.compile(r"[^\n]+")


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """Return the captions, each with two timecodes and its lines. Raises `FormatError` without a frame rate."""
    clock = frame_clock("avid", programme, ONE_HOUR)
    captions = (f"{clock.timecode(cue.start)} {clock.timecode(cue.end)}\n{cue.text}\n\n" for cue in cues)
    return f"{HEADER}{BEGIN}\n{''.join(captions)}{END}\n"


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, one at a time, with ends that Media Composer accepts.

    A line that would read as a timing or as the end of the file begins with an invisible U+2060.
    """
    clock = frame_clock("avid", programme, ONE_HOUR)
    single = one_at_a_time(on_frames(map(restricted_to, cues), clock))
    return [substitute(cue, _LINE, lambda match: _escaped(match[0])) for cue in _with_accepted_ends(single, clock)]


def _with_accepted_ends(cues: Iterable[Cue], clock: FrameClock) -> Iterator[Cue]:
    """Yield the cues with refused ends moved a frame back, or forward for a cue of one frame."""
    end = 0
    for cue in cues:
        start = max(clock.frame(cue.start), end)
        end = max(clock.frame(cue.end), start + 1)
        if clock.rate.labels == 24 and (clock.start + end) % 24 % 5 == 2:
            end += 1 if end == start + 1 else -1
        yield replace(cue, start=seconds_at(start, clock.rate), end=seconds_at(end, clock.rate))


def _escaped(line: str) -> str:
    return JOINER + line if _TIMING.fullmatch(line) or line.strip() in (BEGIN, END) else line


def parse(text: str, programme: Programme) -> Contents:
    """Return the captions. `programme` gives the frame rate, which the file does not contain. Raises `FormatError`."""
    captions = list(_captions(source_lines(text)))
    clock = read_clock("avid", programme, ONE_HOUR, (caption.start for caption in captions))
    cues = [(_cue(caption, clock), caption.line + 1) for caption in captions]
    return Contents.of_cues(cues, programme=clock.programme())


class _AvidCaption(NamedTuple):
    """A caption as it is in the file."""

    line: int
    """The line of its timing, from 1; its text begins in the next one."""

    start: str
    """Timecode, and so is the end."""

    end: str

    text: list[str]
    """Its lines; blank lines may follow."""


def _captions(lines: list[str]) -> Iterator[_AvidCaption]:
    begins = [number for number, line in enumerate(lines) if line.strip() == BEGIN]
    if not begins:
        raise FormatError("avid", f"contains no Avid captions: there is no {BEGIN}", line=1)
    caption: _AvidCaption | None = None
    for number, line in enumerate(lines[begins[0] + 1 :], begins[0] + 2):
        match = _TIMING.fullmatch(line)
        if match or line.strip() == END:
            if caption:
                yield caption
            caption = _AvidCaption(number, match[1], match[2], []) if match else None
        elif caption:
            caption.text.append(line)
        elif line.strip():
            raise FormatError("avid", "text without a timing above it", number)
    if caption:
        yield caption


def _cue(caption: _AvidCaption, clock: FrameClock) -> Cue | None:
    start, end = (clock.frame_of(timecode, caption.line) for timecode in (caption.start, caption.end))
    return clock.cue(start, end, "\n".join(caption.text))
