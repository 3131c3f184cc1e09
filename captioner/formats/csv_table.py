"""Cues in a table, .csv and .tsv: start and end in seconds, speaker, text (RFC 4180).

Tables of other programs are read too, by the names of their columns or, without names, by their content. In a .csv
semicolons, which some spreadsheets write, separate columns as well as commas.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import NamedTuple

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.lines import one_line, source_lines
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read, quantize
from captioner.timestamps import parse_clock
from captioner.values import Cue

HEAD = ("start", "end", "speaker", "text")

SHORT_CUE = 100
"""If all times are whole numbers and most cues last longer than this many, the numbers are milliseconds."""

_NAMES = {
    "start": {"start", "begin", "in", "from", "start_time", "start time", "starttime", "tc in", "timecode in"},
    "end": {"end", "out", "to", "stop", "end_time", "end time", "endtime", "tc out", "timecode out"},
    "speaker": {"speaker", "name", "character", "who", "role"},
    "text": {"text", "caption", "subtitle", "content", "transcript", "words", "line", "dialogue"},
}
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_TIME = re.compile(r"-?(?:(?:\d{1,6}:)?\d{1,2}:)?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)


class _TableRow(NamedTuple):
    """A row of a table."""

    cells: list[str]
    line: int
    """The line of the file, from 1, in which it begins."""


@dataclass(frozen=True)
class CsvTable:
    """A format of tables, with the interface of a format's module."""

    name: str
    """The name of the format."""

    delimiter: str
    """The separator of columns in files that are written."""

    read_delimiters: str
    """The possible separators of columns in files that are read."""

    def representable(self, cues: Iterable[Cue]) -> list[Cue]:
        """Return the cues as the table holds them, to the millisecond. A name is in one line."""
        held = (restricted_to(cue, speaker=True) for cue in quantize(cues))
        return [replace(cue, speaker=one_line(cue.speaker) or None) for cue in held]

    def write(self, cues: Iterable[Cue]) -> str:
        """Return a head and a row for each cue."""
        file = io.StringIO()
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows((f"{cue.start:.3f}", f"{cue.end:.3f}", cue.speaker or "", cue.text) for cue in cues)
        return file.getvalue()

    def parse(self, text: str) -> Contents:
        """Return the rows as cues. Raises `FormatError` if no columns are times, or a row has none there."""
        rows = self._rows("\n".join(source_lines(text)))
        if not rows:
            return Contents([])
        columns = _named_columns([cell.strip().lower() for cell in rows[0].cells])
        rows = rows[1:] if columns else rows
        columns = columns or _guessed_columns(rows)
        if not columns:
            raise FormatError(self.name, "has no columns that are called start, end and text, nor any like them", 1)
        return self._contents(rows, columns)

    def _rows(self, source: str) -> list[_TableRow]:
        """Return the rows that are not blank."""
        first_line = source.split("\n", 1)[0]
        delimiter = max(self.read_delimiters, key=first_line.count)
        try:
            return [row for row in _csv_rows(source, delimiter) if any(cell.strip() for cell in row.cells)]
        except csv.Error as error:
            raise FormatError(self.name, f"is not a table: {error}") from error

    def _contents(self, rows: Sequence[_TableRow], columns: dict[str, int]) -> Contents:
        losses, repairs = Losses(), Losses()
        named = [({name: _cell(row, index) for name, index in columns.items()}, row.line) for row in rows]
        times = [(self._seconds(cells["start"], line), self._seconds(cells["end"], line)) for cells, line in named]
        unit = 1 if _count_milliseconds([cells for cells, _ in named], times) else 1000
        early = max([0.0, *(-start for start, _ in times)])
        cues = []
        for (start, end), (cells, line) in zip(times, named, strict=True):
            repairs["cue with its end before its start"] += end <= start
            speaker = one_line(cells.get("speaker"))
            cues.append(
                (cue_read(round((start + early) * unit), round((end + early) * unit), cells["text"], speaker), line)
            )
        losses["cue without text"] = sum(cue is None for cue, _ in cues)
        return Contents.of_cues(cues, losses=losses, repairs=repairs, early=early * unit / 1000)

    def _seconds(self, cell: str, line: int) -> float:
        if not _TIME.fullmatch(cell.strip()):
            raise FormatError(self.name, f"not a time: {cell.strip()[:40]!r}", line)
        time = cell.strip()
        return -parse_clock(time[1:]) if time.startswith("-") else parse_clock(time)


CSV = CsvTable("csv", ",", ",;")
TSV = CsvTable("tsv", "\t", "\t")


def _csv_rows(source: str, delimiter: str) -> Iterator[_TableRow]:
    reader = csv.reader(io.StringIO(source, newline=""), delimiter=delimiter)
    line = 1
    for cells in reader:
        yield _TableRow(cells, line)
        line = reader.line_num + 1


def _cell(row: _TableRow, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _named_columns(cells: Sequence[str]) -> dict[str, int]:
    """Return the index of each column that a head names; empty if it does not name both times and the text."""
    columns = {
        name: next(index for index, cell in enumerate(cells) if cell in names)
        for name, names in _NAMES.items()
        if names & set(cells)
    }
    return columns if {"start", "end", "text"} <= set(columns) else {}


def _guessed_columns(rows: Sequence[_TableRow]) -> dict[str, int]:
    """Return the first two columns that hold times in the first row, and the last column as text.

    Empty if there are none.
    """
    cells = rows[0].cells if rows else []
    times = [index for index, cell in enumerate(cells) if _TIME.fullmatch(cell.strip())]
    if len(times) < 2 or times[1] == len(cells) - 1:
        return {}
    return {"start": times[0], "end": times[1], "text": len(cells) - 1}


def _count_milliseconds(rows: Sequence[dict[str, str]], times: Sequence[tuple[float, float]]) -> bool:
    """Return whether all times are whole numbers of milliseconds, as Whisper writes them into a .tsv."""
    are_integers = all(_INTEGER.fullmatch(cells[name].strip()) for cells in rows for name in ("start", "end"))
    return are_integers and bool(times) and median(end - start for start, end in times) > SHORT_CUE
