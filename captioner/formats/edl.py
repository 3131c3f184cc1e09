"""Marker EDL, .edl: DaVinci Resolve imports it as timeline markers (Timelines > Import > Timeline Markers from EDL).

Each cue is an event of CMX 3600, one frame long, and a comment below it with color, text and length in frames. Resolve
places markers by timecode, so the first frame is 01:00:00:00 by default, where its timelines begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import ONE_HOUR, FrameClock, frame_clock, on_frames, read_clock
from captioner.formats.common.lines import in_one_line, one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.styled_text import substitute
from captioner.values import Cue

COLOR = "ResolveColorBlue"

_BAR = re.compile(r"\|")

# Number, reel, track, kind of edit, in and out of the source, and in and out of the record. The record in is the time.
_EVENT = re.compile(r"\d+\s.*\s[\d:;]{11}\s+[\d:;]{11}\s+([\d:;]{11})\s+[\d:;]{11}\s*", re.ASCII)

# A note is before the bars.
_MARKER = re.compile(r"(?P<note>.*?)\|C:\w+ \|M:(?P<text>.*?) ?\|D:(?P<frames>\d{1,9})\s*", re.ASCII)


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """Return a title, the kind of timecode, and two lines for each cue. Raises `FormatError` without a frame rate."""
    clock = frame_clock("edl", programme, ONE_HOUR)
    counting = "DROP FRAME" if clock.rate.drop_frame else "NON-DROP FRAME"
    head = f"TITLE: {one_line(programme.title) or 'Captions'}\nFCM: {counting}\n"
    return head + "".join(_event(number, cue, clock) for number, cue in enumerate(cues, 1))


def _event(number: int, cue: Cue, clock: FrameClock) -> str:
    first = clock.frame(cue.start)
    span = f"{clock.label(first)} {clock.label(first + 1)}"
    length = clock.frame(cue.end) - first
    return f"\n{number:03}  001      V     C        {span} {span}\n |C:{COLOR} |M:{cue.text} |D:{length}\n"


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, in one line; `|`, which separates fields, becomes `¦`."""
    clock = frame_clock("edl", programme, ONE_HOUR)
    return [substitute(in_one_line(restricted_to(cue)), _BAR, "¦") for cue in on_frames(cues, clock)]


def parse(text: str, programme: Programme) -> Contents:
    """Return the markers as cues.

    `programme` gives the frame rate, which the file does not contain. Raises `FormatError`.
    """
    lines = source_lines(text)
    heads = [line.strip() for line in lines if line.startswith(("TITLE:", "FCM:"))]
    if not heads:
        raise FormatError("edl", "is not an EDL: it has neither TITLE nor FCM", line=1)
    events = list(_events(lines))
    timecodes = [event.timecode for event in events]
    clock = read_clock("edl", programme, ONE_HOUR, timecodes, drop_frame="FCM: DROP FRAME" in heads)
    losses = Losses({"event without a marker": sum(not event.markers for event in events)})
    cues = [cue for event in events for cue in _cues(event, clock)]
    title = next((head[6:].strip() for head in heads if head.startswith("TITLE:")), None)
    return Contents.of_cues(cues, programme=clock.programme(title or None), losses=losses)


class _EdlEvent(NamedTuple):
    """An event of an EDL."""

    timecode: str
    """Label of its first frame in the record."""

    line: int
    """Its line, from 1."""

    markers: list[tuple[re.Match[str], int]]
    """The matches of `_MARKER` below it, and the line of each."""


def _events(lines: list[str]) -> Iterator[_EdlEvent]:
    event: _EdlEvent | None = None
    for number, line in enumerate(lines, 1):
        if match := _EVENT.fullmatch(line):
            if event:
                yield event
            event = _EdlEvent(match[1], number, [])
        elif event and (match := _MARKER.fullmatch(line)):
            event.markers.append((match, number))
    if event:
        yield event


def _cues(event: _EdlEvent, clock: FrameClock) -> Iterator[tuple[Cue | None, int]]:
    """Yield a cue for each marker, with its line: its name is the text, and its note, if any, the line below."""
    first = clock.frame_of(event.timecode, event.line)
    for marker, line in event.markers:
        text = f"{marker['text']}\n{marker['note'].strip()}"
        yield clock.cue(first, first + int(marker["frames"]), text), line
