"""What captioner costs, measured side by side in one run: `python -m tests.benchmarks [NAME...]`.

A benchmark is a module of this package with `measure() -> list[Row]`. Machines differ and are noisy, so what counts is
the ratio of two figures of the same run.
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
