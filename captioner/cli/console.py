"""What the user sees on standard error: messages, and how far the run is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from captioner.cli.messages import printable
from captioner.timestamps import format_clock

if TYPE_CHECKING:
    from captioner.pipeline import Progress, ProgressCallback

EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal."""


class Console:
    """Says things on standard error, unless `quiet`; each region as it is heard if `verbose`."""

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose

    def say(self, text: str) -> None:
        if not self._quiet:
            click.echo(printable(text), err=True)

    def warn(self, text: str) -> None:
        """Say what nobody should miss, the quiet neither."""
        click.echo(printable(text), err=True)

    @contextmanager
    def watching(self, name: str) -> Iterator[ProgressCallback]:
        """A watcher for one source: a bar on a terminal, plain lines in a pipe, nothing if quiet."""
        if self._quiet:
            yield lambda progress: None
        elif sys.stderr.isatty():
            with self._bar(printable(name)) as watch:
                yield self._telling(watch)
        else:
            yield self._telling(_Lines(name, self.say))

    def _telling(self, watch: ProgressCallback) -> ProgressCallback:
        def both(progress: Progress) -> None:
            if self._verbose and progress.result is not None:
                region = progress.result.report
                self.say(f"{format_clock(region.start)} {region.status}: {region.text or region.reason or ''}")
            watch(progress)

        return both

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

            def watch(progress: Progress) -> None:
                speed = f"{progress.done / max(time.monotonic() - started, 0.001):.1f}x"
                bar.update(task, completed=progress.done, total=progress.duration, speed=speed)

            yield watch


class _Lines:
    """A plain line now and then."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._name, self._say = name, say
        self._started = self._said = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._said < EVERY or not progress.done:
            return
        self._said = now
        speed = progress.done / (now - self._started)
        if progress.duration:
            percent = 100 * progress.done / progress.duration
            left = max(0.0, progress.duration - progress.done) / speed
            self._say(f"{self._name}: {percent:.0f} %, {speed:.1f} times real time, {left:.0f} s left")
        else:
            self._say(f"{self._name}: {format_clock(progress.done)} heard, {speed:.1f} times real time")
