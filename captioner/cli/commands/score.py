"""`captioner score HYP REF`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


class ScoreCommand(options.SettableCommand):
    """Takes the profile and the language from the settings, and not the format that captions are written in."""

    settable_flags = ("profile", "language")


@click.command(cls=ScoreCommand, no_args_is_help=True)
@click.argument("hypothesis", metavar="HYP")
@click.argument("reference", metavar="REF")
@options.profile
@options.profile_option
@options.file_language
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def score(settings: Settings, /, **flags: Any) -> int:
    """Compare the captions in HYP with the reference in REF: word errors, timing, lost speech, broken rules.

    Both are caption files, transcripts (.json), or plain texts (.txt), which have no times.
    """
    from captioner.cli.work.score import ScoreRequest, score_files

    return score_files(ScoreRequest(**flags), settings)
