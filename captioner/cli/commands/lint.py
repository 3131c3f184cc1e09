"""`captioner lint`: caption files held against a profile. Declares its flags; the work is in `linting`."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.settings import Settings


class LintCommand(options.SettableCommand):
    """Takes the profile and the language from the settings, and not the format that captions are written in."""

    @property
    def settable(self) -> dict[str, click.Parameter]:
        return {flag: option for flag, option in super().settable.items() if flag in ("profile", "language", "quiet")}


@click.command(cls=LintCommand, no_args_is_help=True)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.profile
@options.profile_option
@click.option("--from", "source_format", metavar="NAME", help="The files' format.  [default: what each file tells]")
@click.option("--language", metavar="TAG", help="The captions' language: en, zh, ...  [default: what the file tells]")
@click.option(
    "--fps", "frame_rate", type=options.RateParam(), metavar="RATE",
    help="Cues must come and go with frames, 25, 23.976, ... a second.",
)  # fmt: skip
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    help="How findings are told.  [default: text]",
)
@click.option("-o", "--output", "target", metavar="FILE", help="Where they are told.  [default: standard output]")
@click.option("--fix", is_flag=True, help="Repair in place what can be without touching a word; then tell the rest.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@options.quiet
@click.pass_obj
def lint(settings: Settings, /, **flags: Any) -> int:
    """Check caption files against the rules of a profile; docs/lint.md has them all. '-' is standard input.

    Exits with 0 where no error was found, with 1 where one was, with 5 where a file could not be read.
    """
    from captioner.cli.work.lint import LintRequest, lint_all

    return lint_all(LintRequest(**flags), settings)
