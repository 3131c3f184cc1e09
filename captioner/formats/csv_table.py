"""Cues in a table, .csv and .tsv: start and end in seconds, who speaks, what is said (RFC 4180).

Read are tables of others too, by the names of their columns or, without names, by what stands in them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from statistics import median

from captioner.errors import FormatError
from captioner.formats.model.clean import cue_read, one_line, quantize, source_lines
from captioner.formats.model.contents import Contents
from captioner.formats.model.fidelity import restricted_to
from captioner.formats.model.losses import Losses
from captioner.timestamps import parse_clock
from captioner.values import Cue

HEAD = ("start", "end", "speaker", "text")

_NAMES = {
    "start": {"start", "begin", "in", "from", "start_time", "start time", "starttime", "tc in", "timecode in"},
    "end": {"end", "out", "to", "stop", "end_time", "end time", "endtime", "tc out", "timecode out"},
    "speaker": {"speaker", "name", "character", "who", "role"},
    "text": {"text", "caption", "subtitle", "content", "transcript", "words", "line", "dialogue"},
}
_TIME = re.compile(r"(?:(?:\d{1,6}:)?\d{1,2}:)?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)

SHORT_CUE = 100
"""Where all times are whole numbers and cues last longer than as many, they count milliseconds."""


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """The cues as the table holds them, to the millisecond. A name is in one line."""
    return [_named(restricted_to(cue, speaker=True)) for cue in quantize(cues)]


def _named(cue: Cue) -> Cue:
    return replace(cue, speaker=one_line(cue.speaker or "") or None)


def render_with(cues: Iterable[Cue], delimiter: str) -> str:
    """A head and a row for each cue, by start."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows((f"{cue.start:.3f}", f"{cue.end:.3f}", cue.speaker or "", cue.text) for cue in cues)
    return file.getvalue()


def parse_with(name: str, text: str, delimiters: str) -> Contents:
    """The rows as cues. Raises `FormatError` where no columns are times, or a row has none there."""
    source = "\n".join(source_lines(text))
    head = source.split("\n", 1)[0]
    delimiter = max(delimiters, key=head.count)
    try:
        rows = [(number, row) for number, row in _rows(source, delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise FormatError(name, f"is no table: {error}") from error
    if not rows:
        return Contents([])
    columns = _columns([cell.strip().lower() for cell in rows[0][1]])
    rows = rows[1:] if columns else rows
    columns = columns or _guessed([row for _, row in rows])
    if not columns:
        raise FormatError(name, "has no columns that are called start, end and text, nor any like them", 1)
    return _contents(name, rows, columns)


def _rows(source: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line."""
    reader = csv.reader(io.StringIO(source, newline=""), delimiter=delimiter)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where the columns stand that a head names; none where it names no times and no text."""
    columns = {
        name: next(index for index, cell in enumerate(cells) if cell in names)
        for name, names in _NAMES.items()
        if names & set(cells)
    }
    return columns if {"start", "end", "text"} <= set(columns) else {}


def _guessed(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """The first two columns that hold times in the first row, and the last column as text."""
    times = [index for index, cell in enumerate(rows[0]) if _TIME.fullmatch(cell.strip())] if rows else []
    if len(times) < 2 or times[1] == len(rows[0]) - 1:
        return {}
    return {"start": times[0], "end": times[1], "text": len(rows[0]) - 1}


def _contents(name: str, rows: Sequence[tuple[int, list[str]]], columns: dict[str, int]) -> Contents:
    losses, mended = Losses(), Losses()
    timed = []
    for number, row in rows:
        cells = {column: row[index] if index < len(row) else "" for column, index in columns.items()}
        timed.append((_seconds(name, cells["start"], number), _seconds(name, cells["end"], number), cells, number))
    whole = all(cells["start"].strip().isdecimal() and cells["end"].strip().isdecimal() for _, _, cells, _ in timed)
    in_milliseconds = whole and bool(timed) and median(end - start for start, end, _, _ in timed) > SHORT_CUE
    unit = 1 if in_milliseconds else 1000
    cues = []
    for start, end, cells, number in timed:
        mended["cue with its end before its start"] += end <= start
        speaker = one_line(cells.get("speaker", ""))
        cue = cue_read(round(start * unit), round(end * unit), cells["text"], speaker)
        cues.append((cue, number))
    losses["cue without text"] = sum(cue is None for cue, _ in cues)
    return Contents.of_cues(cues, losses=losses, mended=mended)


def _seconds(name: str, cell: str, line: int) -> float:
    if not _TIME.fullmatch(cell.strip()):
        raise FormatError(name, f"not a time: {cell.strip()[:40]!r}", line)
    return parse_clock(cell)
