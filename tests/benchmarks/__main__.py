"""Run the benchmarks that are named, or all, and print one table."""

from __future__ import annotations

import sys
from importlib import import_module

from tests.benchmarks import Row

ALL = ("startup", "memory", "cloud", "cues")


def main(names: list[str]) -> None:
    print("| what | ours | against | unit | ratio | goal |\n|---|---|---|---|---|---|")
    for name in names or ALL:
        rows: list[Row] = import_module(f"tests.benchmarks.{name}").measure()
        for row in rows:
            figures = f"{row.ours:.3g} | {row.reference:.3g} | {row.unit} | {row.ratio:.2f}"
            print(f"| {row.what} | {figures} | {row.goal} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
