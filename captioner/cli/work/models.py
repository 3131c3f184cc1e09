"""The work of `captioner models`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from captioner.backends.nano.download import OnProgress, pull
from captioner.backends.nano.weights import NANO, NANO_SIZE, downloaded_models, problem_of, pull_command

if TYPE_CHECKING:
    from rich.progress import TaskID


def pull_model(name: str | None, revision: str | None) -> int:
    """Download a model; returns the exit code. Raises `CaptionerError`."""
    with _download_bars() as on_progress:
        weights = pull(name or NANO, revision, on_progress)
    click.echo(f"{name or NANO}: {_size(weights.size)} in {weights.folder}")
    return 0


def list_models() -> int:
    """Print the downloaded models; returns the exit code."""
    downloaded = dict(downloaded_models())
    for name, weights in downloaded.items():
        problem = problem_of(weights)
        place = f"{_size(weights.size)} in {weights.folder}"
        click.echo(f"{name}: {place if problem is None else f'{problem}; run: {pull_command(name)}'}")
    if NANO not in downloaded:
        click.echo(f"{NANO}: not downloaded; 'captioner models pull' downloads its {NANO_SIZE}")
    return 0


@contextmanager
def _download_bars() -> Iterator[OnProgress]:
    """Yield a progress bar for each file, on a terminal."""
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
               TimeRemainingColumn())  # fmt: skip
    terminal = Terminal(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, size: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=size, completed=done)
            bars.update(tasks[name], completed=done)

        yield show


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
