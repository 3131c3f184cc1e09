"""The work of `captioner journal`."""

from __future__ import annotations

import click

from captioner.cli.messages import counted, printable
from captioner.journal import clear, default_path, summary


def show_journal(source: str | None) -> int:
    """Print the size of the journal and its results by source; returns the exit code. Raises `JournalNotUsable`."""
    path = default_path()
    held = summary(path)
    click.echo(f"{path}: {held.size / 1024:.0f} KiB, {counted(held.rows, 'clip')}")
    for name, clips in held.sources:
        if source in (None, name):
            click.echo(f"{clips:>8}  {printable(name or 'unknown source')}")
    return 0


def clear_journal(source: str | None) -> int:
    """Delete the results of one source, or all; returns the exit code. Raises `JournalNotUsable`."""
    click.echo(f"{counted(clear(default_path(), source=source), 'clip')} deleted")
    return 0
