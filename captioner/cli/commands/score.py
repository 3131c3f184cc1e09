"""`captioner score`: captions held against a reference. Declares its flags; the work is in `scoring`."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.cli.commands.lint import LintCommand
from captioner.settings import Settings


@click.command(cls=LintCommand, no_args_is_help=True)
@click.argument("hypothesis", metavar="HYP")
@click.argument("reference", metavar="REF")
@options.profile
@options.profile_option
@click.option("--language", metavar="TAG", help="What is spoken: en, zh, ...  [default: what HYP tells]")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def score(settings: Settings, /, hypothesis: str, reference: str, language: str | None, **flags: Any) -> int:
    """Tell how good the captions in HYP are, by those in REF: error rates, time errors, lost speech, broken rules.

    Both are caption files of any format that is read, transcripts (.json), or plain text (.txt), which has no times.
    """
    from captioner.cli.work.profile_choice import asked_style
    from captioner.cli.work.score import score_files
    from captioner.languages import asked_language

    style = asked_style(flags["profile"], flags["profile_options"], settings)
    asked = None if language is None else asked_language(language)
    return score_files(hypothesis, reference, style, asked, as_json=flags["as_json"])
