"""Marker list of Adobe Audition, .audition.csv: its Markers panel exports and imports it, with tabs between columns."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.lines import in_one_line
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.formats.common.tab_separated import table, table_rows
from captioner.timestamps import format_clock, parse_clock
from captioner.values import Cue

COLUMNS = ("Name", "Start", "Duration", "Time Format", "Type", "Description")


def write(cues: Iterable[Cue]) -> str:
    """Return a row for each cue: its text is the marker's name, its speaker the description."""
    return table([COLUMNS, *(_row(cue) for cue in cues)])


def _row(cue: Cue) -> tuple[str, ...]:
    duration = Fraction(cue.end) - Fraction(cue.start)
    return cue.text, _decimal_time(cue.start), _decimal_time(float(duration)), "decimal", "Cue", cue.speaker or ""


def _decimal_time(seconds: float) -> str:
    """Return `M:SS.mmm`, and `H:MM:SS.mmm` from an hour on, as Audition writes times."""
    hour, minute, second = format_clock(seconds).split(":")
    return f"{int(hour)}:{minute}:{second}" if int(hour) else f"{int(minute)}:{second}"


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues on milliseconds, in one line, with their speakers."""
    return [in_one_line(restricted_to(cue, speaker=True)) for cue in quantize(cues)]


def parse(text: str) -> Contents:
    """Return the markers as cues. Raises `FormatError` with the line, also for times in frames or samples."""
    cues = [(_cue(row, number), number) for number, row in table_rows("audition", text, COLUMNS[:3])]
    losses = Losses({"marker without a name": sum(cue is None for cue, _ in cues)})
    return Contents.of_cues(cues, losses=losses)


def _cue(row: dict[str, str], line: int) -> Cue | None:
    time_format = row.get("Time Format", "decimal")
    if time_format.strip() not in ("decimal", ""):
        message = f"has times in {time_format!r}; set Audition to decimal time and export again"
        raise FormatError("audition", message, line)
    try:
        start, duration = (round(parse_clock(row[column]) * 1000) for column in ("Start", "Duration"))
    except ValueError as error:
        raise FormatError("audition", str(error), line) from error
    return cue_read(start, start + duration, row["Name"], row.get("Description"))
