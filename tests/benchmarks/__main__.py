"""Run the benchmarks that are named, or all, and print one table: `python -m tests.benchmarks [--quick] [NAME...]`.

Without names it writes docs/performance.md and its picture as well, unless --quick is given: then everything is short,
and nothing is written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module

from tests.benchmarks import FULL, HEAD, QUICK, Lengths, Row, shown

ALL = ("startup", "whole_way", "detection", "words", "cues", "overlap", "memory", "cloud")


def main(words: Sequence[str]) -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs a program has it compiled once, not at each start
    lengths = QUICK if "--quick" in words else FULL
    names = [word for word in words if word != "--quick"]
    print(HEAD)
    rows = []
    for row in measured(names or ALL, lengths):
        print(shown(row), flush=True)
        rows.append(row)
    if not names:
        from tests.benchmarks.report import write

        write(rows, lengths, keep=lengths is FULL)


def measured(names: Sequence[str], lengths: Lengths) -> Iterator[Row | str]:
    for name in names:
        yield from import_module(f"tests.benchmarks.{name}").measure(lengths)


if __name__ == "__main__":
    main(sys.argv[1:])
