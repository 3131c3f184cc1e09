"""`captioner search FOLDER WORDS...`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options


class SearchCommand(options.SettableCommand):
    """Takes nothing from the settings."""

    settable_flags = ()


@click.command(cls=SearchCommand, no_args_is_help=True)
@click.argument("folder", metavar="FOLDER")
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--most", type=click.IntRange(1), default=100, metavar="N", help="Lines to show at most.  [default: 100]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line.")
def search(**flags: Any) -> int:
    """Find words in the captions of a folder: in which file and when they are said.

    Each of WORDS must be found; several words in quotes are a phrase. Case and accents do not matter.
    """
    from captioner.cli.work.search import search_folder

    return search_folder(**flags)
