"""`captioner score`: captions held against a reference. Declares its flags; the work is in `scoring`."""

from __future__ import annotations

import click

from captioner.cli import options
from captioner.cli.lint import LintCommand


@click.command(cls=LintCommand, no_args_is_help=True)
@click.argument("hypothesis", metavar="HYP")
@click.argument("reference", metavar="REF")
@options.profile
@click.option("--language", metavar="TAG", help="What is spoken: en, zh, ...  [default: what HYP tells]")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def score(hypothesis: str, reference: str, profile: str | None, language: str | None, as_json: bool) -> int:
    """Tell how good the captions in HYP are, by those in REF: error rates, time errors, lost speech, broken rules.

    Both are caption files of any format that is read, transcripts (.json), or plain text (.txt), which has no times.
    """
    from captioner.cli.scoring import score_files

    return score_files(hypothesis, reference, profile=profile, language=language, as_json=as_json)
