"""The work of `captioner backends`."""

from __future__ import annotations

import click

from captioner.backends.selection import auto_candidates, backend_statuses
from captioner.cli.user_settings import user_settings


def list_backends() -> int:
    """Print all backends; returns the exit code. Raises `SettingsError`, `BackendError`."""
    for status in backend_statuses():
        click.echo(f"{status.name:<13} {'ready' if status.ready else status.missing}")
        click.echo(f"{'':<13} needs {status.info.needs}")
    click.echo("\nWithout --backend, captioner takes the first of these (*):")
    candidates = auto_candidates(user_settings().with_key)
    chosen = next((candidate for candidate in candidates if candidate.missing is None), None)
    for candidate in candidates:
        mark = "*" if candidate is chosen else " "
        own = candidate.missing not in (None, candidate.status.missing)
        why = f" ({candidate.missing})" if own else ""
        click.echo(f"{mark} {candidate.step.backend:<11} if {candidate.step.condition}{why}")
    return 0
