"""Marker EDL, .edl: what DaVinci Resolve imports as timeline markers (Timelines > Import > Timeline Markers from EDL).

An event of CMX 3600 for each cue, one frame long, and below it a comment with color, text and length in frames.
Resolve lays markers by their timecode, so the first frame is 01:00:00:00, with which its timelines begin, unless told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import restricted_to
from captioner.formats.model.frames import ONE_HOUR, FrameClock, frame_clock, on_frames, read_clock
from captioner.formats.model.lines import in_one_line, one_line, source_lines
from captioner.formats.model.losses import Losses
from captioner.formats.model.styled_text import substitute
from captioner.values import Cue

COLOR = "ResolveColorBlue"

_BAR = re.compile(r"\|")

# Number, reel, track, kind of edit, where it is in the source and, which counts here, in the record.
_EVENT = re.compile(r"\d+\s.*\s[\d:;]{11}\s+[\d:;]{11}\s+([\d:;]{11})\s+[\d:;]{11}\s*", re.ASCII)

# A note stands before the bars.
_MARKER = re.compile(r"(?P<note>.*?)\|C:\w+ \|M:(?P<text>.*?) ?\|D:(?P<frames>\d{1,9})\s*", re.ASCII)


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A title, the way of counting, and two lines for each cue. Raises `FormatError` without a frame rate."""
    clock = _clock(programme)
    counting = "DROP FRAME" if clock.rate.drop_frame else "NON-DROP FRAME"
    head = f"TITLE: {one_line(programme.title) or 'Captions'}\nFCM: {counting}\n"
    return head + "".join(_event(number, cue, clock) for number, cue in enumerate(representable(cues, programme), 1))


def _event(number: int, cue: Cue, clock: FrameClock) -> str:
    first = clock.frame(cue.start)
    span = f"{clock.label(first)} {clock.label(first + 1)}"
    length = clock.frame(cue.end) - first
    return f"\n{number:03}  001      V     C        {span} {span}\n |C:{COLOR} |M:{cue.text} |D:{length}\n"


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames, in one line; `|`, which parts the comment, becomes `¦`."""
    return [substitute(in_one_line(restricted_to(cue)), _BAR, "¦") for cue in on_frames(cues, _clock(programme))]


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("edl", programme, ONE_HOUR)


def parse(text: str, programme: Programme) -> Contents:
    """The markers as cues. An EDL does not say its frame rate, `programme` does. Raises `FormatError`."""
    lines = source_lines(text)
    heads = [line.strip() for line in lines if line.startswith(("TITLE:", "FCM:"))]
    if not heads:
        raise FormatError("edl", "has neither TITLE nor FCM, so it is no EDL", line=1)
    events = list(_events(lines))
    timecodes = [event.timecode for event in events]
    clock = read_clock("edl", programme, ONE_HOUR, timecodes, drop_frame="FCM: DROP FRAME" in heads)
    losses = Losses({"event without a marker": sum(not event.markers for event in events)})
    cues = [cue for event in events for cue in _cues(event, clock)]
    title = next((head[6:].strip() for head in heads if head.startswith("TITLE:")), None)
    return Contents.of_cues(cues, programme=clock.programme(title or None), losses=losses)


class _EdlEvent(NamedTuple):
    """A line of an EDL with the label at which it is recorded, and what markers stand below it."""

    timecode: str
    line: int
    markers: list[tuple[re.Match[str], int]]


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
    """The name of a marker is the text; a note, where somebody has typed one, is the line below."""
    first = clock.labelled(event.timecode, event.line)
    for marker, line in event.markers:
        yield clock.cue(first, first + int(marker["frames"]), f"{marker['text']}\n{marker['note'].strip()}"), line
