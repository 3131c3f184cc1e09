"""`captioner doctor`: declares its flags."""

from __future__ import annotations

import click


@click.command()
@click.option("--example-settings", is_flag=True, help="Print a settings file with every key, commented out.")
def doctor(example_settings: bool) -> int:
    """Check the installation: what is ready, what is missing, and how to install it.

    Exit codes: 0 ready, 1 media cannot be captioned.
    """
    from captioner.cli.work.doctor import check_installation
    from captioner.cli.work.example_settings import print_example_settings

    return print_example_settings() if example_settings else check_installation()
