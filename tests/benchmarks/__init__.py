"""What captioner costs, measured side by side in one run: `python -m tests.benchmarks [NAME...]`.

A benchmark is a module of this package with `measure(lengths) -> Sequence[Row | str]`; a text says why there is no row.
Machines differ and are noisy, so what counts is the ratio of two figures of the same run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison: `ours` and the `reference` it is held against, in one `unit`; `goal` is for ours / reference."""

    what: str
    ours: float
    reference: float
    unit: str
    goal: str

    @property
    def ratio(self) -> float:
        return self.ours / self.reference


@dataclass(frozen=True)
class Lengths:
    """Minutes of media: a talk, and a short and a long film beside it."""

    short: float
    talk: float
    long: float


FULL = Lengths(5, 60, 600)
QUICK = Lengths(1, 2, 4)
"""To see whether the benchmarks run. Their figures say little: the start of Python weighs more than the work."""

HEAD = "| what | ours | against | unit | ratio | goal |\n|---|---|---|---|---|---|"


def shown(row: Row | str) -> str:
    """A line of the table, or the text that stands in its place."""
    if isinstance(row, str):
        return f"| {row} | | | | | |"
    return f"| {row.what} | {row.ours:.3g} | {row.reference:.3g} | {row.unit} | {row.ratio:.2f} | {row.goal} |"
