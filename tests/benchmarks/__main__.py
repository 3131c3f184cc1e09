"""The command `python -m tests.benchmarks`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import import_module

import click

from tests.benchmarks import FULL, HEAD, HELP, QUICK, Lengths, Row, table_line

PAGE = ("startup", "end_to_end", "detection", "word_times", "whisper", "cues", "overlap", "memory", "cloud")
"""Benchmarks of docs/performance.md, in its order."""

BY_NAME = (*PAGE, "batch", "live", "nano", "server")
"""All benchmarks; the last ones run only when they are named."""


@click.command(context_settings=HELP)
@click.argument("names", nargs=-1, type=click.Choice(BY_NAME), metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="Use minutes of media instead of hours, and do not write the page.")
def main(names: Sequence[str], quick: bool) -> None:
    """Measure captioner beside its references and print one table.

    Without a NAME, all benchmarks of docs/performance.md run, half an hour on an idle machine, and the tables and the
    picture of the page are rewritten. NAME is one of: startup, end_to_end, detection, word_times, whisper, cues,
    overlap, memory, cloud, batch, live, nano, server.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once, not at each start
    lengths = QUICK if quick else FULL
    print(HEAD)
    rows = []
    for row in measured(names or PAGE, lengths):
        print(table_line(row), flush=True)
        rows.append(row)
    if not names:
        from tests.benchmarks.performance import publish_performance

        publish_performance(rows, lengths, dry_run=quick)


def measured(names: Sequence[str], lengths: Lengths) -> Iterator[Row | str]:
    """Yield the rows of each named benchmark as soon as it has run."""
    for name in names:
        yield from import_module(f"tests.benchmarks.{name}").measure(lengths)


if __name__ == "__main__":
    main()
