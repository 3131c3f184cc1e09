"""`captioner models`: declares the command and its flags."""

from __future__ import annotations

import click


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> int:
    """List the models for recognition on this machine: size, languages, licence, folder."""
    from captioner.cli.work.models import list_models

    return 0 if context.invoked_subcommand else list_models()


@models.command(short_help="Download a model.")
@click.argument("name", metavar="MODEL")
@click.option("--revision", metavar="REV", help="Branch, tag or commit.  [default: main]")
def pull(name: str, revision: str | None) -> int:
    """Download a model of the list, or any other by its name on huggingface.co (OWNER/NAME).

    Files that exist are kept. Run the command again to resume an interrupted download.
    """
    from captioner.cli.work.models import pull_model

    return pull_model(name, revision)
