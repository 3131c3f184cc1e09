"""Tables with tabs between their columns, as marker lists are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from captioner.errors import FormatError
from captioner.formats.common.lines import source_lines


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return the rows, one in each line. No cell may hold a tab or a line break, which `in_one_line` ensures."""
    return "".join("\t".join(row) + "\n" for row in rows)


def table_rows(name: str, text: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number of each row below the head, and its cells by the names of their columns.

    Columns may come in any order, with others between them; a row that is cut short has empty cells. Raises
    `FormatError` where a column is missing.
    """
    lines = source_lines(text)
    head = [cell.strip() for cell in lines[0].split("\t")]
    if missing := [column for column in columns if column not in head]:
        raise FormatError(name, f"has no column {missing[0]!r}", line=1)
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            cells = dict.fromkeys(columns, "")
            yield number, cells | dict(zip(head, line.split("\t"), strict=False))
