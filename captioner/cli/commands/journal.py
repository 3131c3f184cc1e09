"""`captioner journal`: declares its flags."""

from __future__ import annotations

import click


@click.command()
@click.option("--clear", is_flag=True, help="Delete all results, or with --source those of one source.")
@click.option("--source", metavar="NAME", help="One source, by the name it was captioned with.")
def journal(clear: bool, source: str | None) -> int:
    """Show how many results the journal holds for each source, or delete them."""
    from captioner.cli.work.journal import clear_journal, show_journal

    return clear_journal(source) if clear else show_journal(source)
