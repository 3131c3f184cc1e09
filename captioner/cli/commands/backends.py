"""`captioner backends`: declares the command."""

from __future__ import annotations

import click


@click.command()
def backends() -> int:
    """List the recognition backends, what each needs, and which one runs without --backend."""
    from captioner.cli.work.backends import list_backends

    return list_backends()
