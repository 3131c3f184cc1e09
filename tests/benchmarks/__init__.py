"""Benchmarks: what captioner costs, measured beside a reference in one run. They run on Linux.

Each benchmark is a module of this package with `measure(lengths) -> Sequence[Row | str]`; a string says why a row is
missing. Machines differ and are noisy, so what counts is the ratio of two figures of the same run.

Four modules measure quality instead of cost and are commands of their own: `alignment`, `cues` (also a benchmark),
`real_speech` and `retiming`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison."""

    label: str
    """What is measured, a slash, and the reference."""

    ours: float
    """In `unit`."""

    reference: float
    """In `unit`."""

    unit: str

    goal: str
    """What `ratio` should be; empty without a goal."""

    @property
    def ratio(self) -> float:
        """`ours` divided by `reference`."""
        return self.ours / self.reference


@dataclass(frozen=True)
class Lengths:
    """Lengths of the media that are measured, in minutes."""

    short: float
    talk: float
    long: float


FULL = Lengths(5, 60, 600)
QUICK = Lengths(1, 2, 4)
"""Shows whether the benchmarks run. The figures say little: starting Python weighs more than the work."""

HEAD = "| measurement | captioner | reference | unit | ratio | goal |\n|---|---|---|---|---|---|"

HELP = {"help_option_names": ["-h", "--help"]}
"""Settings of the commands of this package."""


def table_line(row: Row | str) -> str:
    """Return a line of the table."""
    if isinstance(row, str):
        return f"| {row} | | | | | |"
    return f"| {row.label} | {row.ours:.3g} | {row.reference:.3g} | {row.unit} | {row.ratio:.2f} | {row.goal} |"
