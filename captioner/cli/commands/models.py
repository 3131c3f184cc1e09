"""`captioner models`: the weights that glm-nano runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import TaskID

    from captioner.backends.nano.download import OnProgress


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """Show the models for local recognition (backend glm-nano) that are here, how large they are and where they lie."""
    if context.invoked_subcommand is None:
        _list()


@models.command()
@click.argument("name", required=False)
@click.option("--revision", metavar="REV", help="A branch, a tag or a commit.  [default: main]")
def pull(name: str | None, revision: str | None) -> None:
    """Download a model from the hub (huggingface.co), by default GLM-ASR-Nano-2512; what is here already is kept.

    An interrupted download goes on where it stopped when it is run again.
    """
    from captioner.backends.nano.download import pull as fetch
    from captioner.backends.nano.weights import NANO

    with _progress() as watch:
        weights = fetch(name or NANO, revision, watch)
    click.echo(f"{name or NANO}: {_size(weights.size)} in {weights.folder}")


def _list() -> None:
    from captioner.backends.nano.weights import NANO, NANO_SIZE, downloaded_models, problem_of, pull_command

    here = dict(downloaded_models())
    for name, weights in here.items():
        problem = problem_of(weights)
        whole = f"{_size(weights.size)} in {weights.folder}"
        click.echo(f"{name}: {whole if problem is None else f'{problem}; run: {pull_command(name)}'}")
    if NANO not in here:
        click.echo(f"{NANO}: not here; 'captioner models pull' downloads its {NANO_SIZE}")


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """Shows how far each file is, on a terminal."""
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
               TimeRemainingColumn())  # fmt: skip
    terminal = Terminal(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def watch(name: str, here: int, size: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=size, completed=here)
            bars.update(tasks[name], completed=here)

        yield watch


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
