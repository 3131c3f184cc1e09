"""Documentation pages with measured tables: people write the text, benchmarks rewrite what is between the markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"


def publish(page: Path, sections: Iterable[Iterable[str]], *, dry_run: bool) -> None:
    """Print the lines of each section as they are measured, then write them into the page unless it is a `dry_run`."""
    measured = []
    for section in sections:
        lines = []
        for line in section:
            print(line, flush=True)
            lines.append(line)
        measured.append("\n".join(lines).strip())
    if not dry_run:
        page.write_text(with_sections(page.read_text("utf-8"), measured), "utf-8")


def with_sections(text: str, sections: Sequence[str]) -> str:
    """Return the text of a page with each section between the next pair of markers.

    Raises `ValueError` if the page does not have one pair of markers for each section.

    >>> with_sections(f"Before.\\n\\n{BEGIN}\\nold\\n{END}\\n\\nAfter.", ["new"]).split()
    ['Before.', '<!--', 'tables', '-->', 'new', '<!--', 'end', 'of', 'tables', '-->', 'After.']
    """
    parts = re.split(f"{BEGIN}.*?{END}", text, flags=re.DOTALL)
    if len(parts) != len(sections) + 1:
        raise ValueError(f"{len(sections)} sections need as many pairs of markers, not {len(parts) - 1}")
    marked = [f"{BEGIN}\n\n{section}\n\n{END}" for section in sections]
    return "".join(part + section for part, section in zip(parts, [*marked, ""], strict=True))
