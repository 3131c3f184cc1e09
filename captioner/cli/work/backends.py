"""The work of `captioner backends`."""

from __future__ import annotations

import click

from captioner.backends.selection import AUTO, backend_statuses, choose_backend
from captioner.cli.user_settings import user_settings


def list_backends() -> int:
    """Print all backends; returns the exit code. Raises `SettingsError`, `BackendError`."""
    chosen = choose_backend(user_settings().with_key).name
    for status in backend_statuses():
        mark = "*" if status.name == chosen else " "
        click.echo(f"{mark} {status.name:<12} {'ready' if status.ready else status.missing}")
        click.echo(f"  {'':<12} needs {status.info.needs}")
    click.echo(f"\n* runs without --backend: the first of {', '.join(AUTO)} that is ready.")
    return 0
