"""The progress of a batch: one view on a terminal, plain lines without one."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from captioner.batch.batch_report import sum_of_costs
from captioner.batch.job import BatchJob, Outcome
from captioner.budget import Cost
from captioner.cli.console import INTERVAL, Console
from captioner.cli.messages import counted


@contextmanager
def batch_progress(console: Console, jobs: Sequence[BatchJob], sources: int) -> Iterator[Callable[[Outcome], None]]:
    """Yield what to call with each outcome of `jobs`, which are those of the `sources` that this run has to do."""
    meter = BatchMeter(len(jobs))
    console.say(
        f"{counted(sources, 'source')}: {len(jobs)} to caption, {sources - len(jobs)} done before or left alone"
    )
    if not sys.stderr.isatty():
        yield _lines(console, meter)
        return
    from rich.console import Console as Terminal
    from rich.live import Live
    from rich.text import Text

    with Live(Text(meter.line), console=Terminal(stderr=True), transient=True) as view:

        def show(outcome: Outcome) -> None:
            meter.count(outcome)
            view.update(Text(meter.line))

        yield show


def _lines(console: Console, meter: BatchMeter) -> Callable[[Outcome], None]:
    printed = time.monotonic()

    def show(outcome: Outcome) -> None:
        nonlocal printed
        meter.count(outcome)
        if (now := time.monotonic()) - printed >= INTERVAL:
            printed = now
            console.say(meter.line)

    return show


class BatchMeter:
    """Counts what a run has done."""

    def __init__(self, jobs: int) -> None:
        self._jobs, self._done, self._failed, self._seconds = jobs, 0, 0, 0.0
        self._costs: tuple[Cost, ...] = ()
        self._started = time.monotonic()

    def count(self, outcome: Outcome) -> None:
        """Add an outcome."""
        self._done += 1
        self._failed += outcome.state in ("failed", "lost")
        self._seconds += outcome.figures.duration
        self._costs = sum_of_costs((*self._costs, outcome.cost))

    @property
    def line(self) -> str:
        """How far the run is, how fast, how long the rest takes at that pace, and what it has cost so far."""
        passed = max(time.monotonic() - self._started, 0.001)
        left = (self._jobs - self._done) * passed / self._done if self._done else None
        line = f"{self._done} of {self._jobs} sources, {self._seconds / 3600:.2f} h, "
        line += f"{self._seconds / passed:.1f} times real time"
        if left is not None:
            line += f", about {left:.0f} s left"
        line += "".join(f", {cost} so far" for cost in self._costs)
        return line + (f", {self._failed} failed or lost speech" if self._failed else "")
