"""`captioner backends`: who can hear."""

from __future__ import annotations

import click


@click.command()
def backends() -> None:
    """Show the recognisers there are, what each needs, and which one is taken when none is named."""
    from captioner.backends.selection import AUTO, backend_statuses, choose_backend
    from captioner.cli.options import user_settings

    chosen = choose_backend(user_settings().keyed).name
    for backend in backend_statuses():
        mark = "*" if backend.name == chosen else " "
        click.echo(f"{mark} {backend.name:<12} {'ready' if backend.ready else backend.missing}")
        click.echo(f"  {'':<12} needs {backend.info.needs}")
    click.echo(f"\n* is what --backend auto takes: the first of {', '.join(AUTO)} that is ready.")
