"""Messages and progress on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from captioner.cli.messages import printable
from captioner.cli.standard_streams import print_message
from captioner.timestamps import format_clock

if TYPE_CHECKING:
    from captioner.pipeline import Progress, ProgressCallback

INTERVAL = 10.0
"""Seconds between two lines of progress without a terminal."""


class Console:
    """Prints messages on standard error: warnings only if `quiet`, and each region if `verbose`."""

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose

    def say(self, text: str) -> None:
        """Print a message, unless `quiet`."""
        if not self._quiet:
            print_message(printable(text))

    def warn(self, text: str) -> None:
        """Print a warning, even if `quiet`."""
        print_message(printable(text))

    def ask(self, question: str) -> bool:
        """Return whether the answer to a question on the terminal is yes; False if `quiet` or without a terminal."""
        if self._quiet or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        return click.confirm(printable(question), default=True, err=True)

    @contextmanager
    def progress(self, name: str) -> Iterator[ProgressCallback]:
        """Yield a progress callback for one source: a bar on a terminal, lines without one, nothing if `quiet`."""
        if self._quiet:
            yield lambda progress: None
        elif sys.stderr.isatty():
            with self._bar(printable(name)) as show:
                yield self._with_regions(show)
        else:
            yield self._with_regions(_ProgressLines(name, self.say))

    @contextmanager
    def counting(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Yield a callback for the lines that are done and all lines: a message every `INTERVAL` seconds."""
        printed = time.monotonic()

        def show(done: int, total: int) -> None:
            nonlocal printed
            if time.monotonic() - printed >= INTERVAL:
                printed = time.monotonic()
                self.say(f"{name}: {done} of {total} lines")

        yield show

    def _with_regions(self, show: ProgressCallback) -> ProgressCallback:
        def show_both(progress: Progress) -> None:
            if self._verbose and progress.result is not None:
                region = progress.result.report
                status = "suspected" if region.suspected else region.status
                self.say(f"{format_clock(region.start)} {status}: {region.text or region.reason or ''}")
            show(progress)

        return show_both

    @contextmanager
    def _bar(self, name: str) -> Iterator[ProgressCallback]:
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        started = time.monotonic()
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(),
                   TextColumn("{task.fields[speed]}"), TimeRemainingColumn())  # fmt: skip
        with Bar(*columns, console=Terminal(stderr=True), transient=True) as bar:
            task = bar.add_task(name, total=None, speed="")

            def show(progress: Progress) -> None:
                speed = f"{progress.done / max(time.monotonic() - started, 0.001):.1f}x"
                bar.update(task, completed=progress.done, total=progress.duration, speed=speed)

            yield show


class _ProgressLines:
    """A progress callback that prints a line every `INTERVAL` seconds."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._name, self._say = name, say
        self._started = self._printed = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._printed < INTERVAL or not progress.done:
            return
        self._printed = now
        speed = progress.done / (now - self._started)
        if progress.duration:
            percent = 100 * progress.done / progress.duration
            left = max(0.0, progress.duration - progress.done) / speed
            self._say(f"{self._name}: {percent:.0f} %, {speed:.1f} times real time, {left:.0f} s left")
        else:
            self._say(f"{self._name}: {format_clock(progress.done)} done, {speed:.1f} times real time")
