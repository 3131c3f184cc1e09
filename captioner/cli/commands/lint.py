"""`captioner lint FILE...`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.cli.flag_types import RateParam
from captioner.settings import Settings


class LintCommand(options.SettableCommand):
    """Takes the profile and the language from the settings, and not the format that captions are written in."""

    settable_flags = ("profile", "language", "quiet")


@click.command(cls=LintCommand, no_args_is_help=True)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.profile
@options.profile_option
@click.option("--from", "source_format", metavar="NAME", help="Format of the files.  [default: detected]")
@options.file_language
@click.option(
    "--fps", "frame_rate", type=RateParam(), metavar="RATE",
    help="Check that cues start and end on frames of this rate.",
)  # fmt: skip
@click.option(
    "--format", "report_format", type=click.Choice(["text", "json", "sarif"]), default="text",
    help="Format of the findings.  [default: text]",
)  # fmt: skip
@click.option("-o", "--output", "target", metavar="FILE", help="File for the findings.  [default: standard output]")
@options.overwrite
@click.option("--fix", is_flag=True, help="Fix in place what can be fixed without changing a word.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@options.quiet
@click.pass_obj
def lint(settings: Settings, /, **flags: Any) -> int:
    """Check caption files against the rules of a profile, which docs/lint.md lists. '-' is standard input.

    Exit codes: 0 no errors, 1 errors, 5 a file cannot be read.
    """
    from captioner.cli.work.lint import LintRequest, lint_all

    return lint_all(LintRequest(**flags), settings)
