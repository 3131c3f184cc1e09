"""`captioner journal`: what is remembered, and forgetting it."""

from __future__ import annotations

import click


@click.command()
@click.option("--clear", is_flag=True, help="Forget everything, or with --source what was heard there.")
@click.option("--source", metavar="NAME", help="One source, named as it was captioned.")
def journal(clear: bool, source: str | None) -> int:
    """Show what the journal remembers of what was heard, by source; or forget it."""
    from captioner.cli.messages import printable
    from captioner.journal import clear as forget
    from captioner.journal import default_path, summary

    path = default_path()
    if clear:
        click.echo(f"{forget(path, source=source)} clips forgotten")
        return 0
    held = summary(path)
    rows = {name: clips for name, clips in held.sources if source in (None, name)}
    click.echo(f"{path}: {held.size / 1024:.0f} KiB, {held.rows} clips")
    for name, clips in rows.items():
        click.echo(f"{clips:>8}  {printable(name or 'unknown source')}")
    return 0
