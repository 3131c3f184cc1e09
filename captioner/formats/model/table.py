"""Tables whose columns tabs part, as marker lists are: rows in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from captioner.errors import FormatError
from captioner.formats.model.lines import source_lines


def table(rows: Iterable[Sequence[str]]) -> str:
    """The rows, one a line. No cell holds a tab or a line break: `in_one_line` has seen to that."""
    return "".join("\t".join(row) + "\n" for row in rows)


def table_rows(name: str, text: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells, by the names of their columns, of each row below the head. Raises `FormatError`.

    Columns may come in another order, and others among them; a row that is cut short has empty cells.
    """
    lines = source_lines(text)
    head = [cell.strip() for cell in lines[0].split("\t")]
    if missing := [column for column in columns if column not in head]:
        raise FormatError(name, f"has no column {missing[0]!r}", line=1)
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            cells = dict.fromkeys(columns, "")
            yield number, cells | dict(zip(head, line.split("\t"), strict=False))
