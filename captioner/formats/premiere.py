"""Marker list of Adobe Premiere Pro, .premiere.csv: the table of its marker export, with tabs between columns.

Premiere Pro writes this and does not read it; marker panels and other programs do. Premiere Pro imports SRT as a
caption track, and `xmeml` as sequence markers.
"""

from __future__ import annotations

from collections.abc import Iterable

from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import MIDNIGHT, FrameClock, frame_clock, on_frames, read_clock
from captioner.formats.common.lines import in_one_line
from captioner.formats.common.losses import Losses
from captioner.formats.common.tab_separated import table, table_rows
from captioner.values import Cue

COLUMNS = ("Marker Name", "Description", "In", "Out", "Duration", "Marker Type")


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """Return a row for each cue: its text is the description, which Premiere Pro shows as the marker's comments."""
    clock = frame_clock("premiere", programme)
    return table([COLUMNS, *(_row(cue, clock) for cue in cues)])


def _row(cue: Cue, clock: FrameClock) -> tuple[str, ...]:
    first, last = clock.frame(cue.start), clock.frame(cue.end)
    duration = FrameClock(clock.name, clock.rate).label(last - first)
    timecodes = (_premiere_timecode(label) for label in (clock.label(first), clock.label(last), duration))
    return "", cue.text, *timecodes, "Comment"


def _premiere_timecode(timecode: str) -> str:
    """Return the timecode; in drop-frame, Premiere Pro writes semicolons alone."""
    return timecode.replace(":", ";") if ";" in timecode else timecode


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, in one line."""
    quantized = on_frames(cues, frame_clock("premiere", programme))
    return [in_one_line(restricted_to(cue)) for cue in quantized]


def parse(text: str, programme: Programme) -> Contents:
    """Return the markers as cues.

    `programme` gives the frame rate, which the file does not contain. Raises `FormatError`.

    The text of a marker is its description or, where it has none, its name; else the name is a title.
    """
    rows = list(table_rows("premiere", text, COLUMNS[:4]))
    clock = read_clock("premiere", programme, MIDNIGHT, ())
    losses = Losses()
    cues = [(_cue(row, number, clock, losses), number) for number, row in rows]
    losses["marker without text"] += sum(cue is None for cue, _ in cues)
    return Contents.of_cues(cues, programme=clock.programme(), losses=losses)


def _cue(row: dict[str, str], line: int, clock: FrameClock, losses: Losses) -> Cue | None:
    first, last = (clock.frame_of(row[column], line) for column in ("In", "Out"))
    name, description = row["Marker Name"], row["Description"]
    losses["title of a marker"] += bool(name.strip() and description.strip())
    return clock.cue(first, last, description if description.strip() else name)
