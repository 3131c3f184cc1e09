"""Standard streams that are closed or broken: the work is done, and only what was asked for on them fails."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click


def open_closed_streams() -> None:
    """Put the null device in the place of each standard stream that is closed.

    Else the next file that is opened would get its number, and messages would go into a result. Nothing can be read
    from the input then, or written to the output: what was asked for there fails.
    """
    for number, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDWR)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest number that is free, which is this one
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def discard_output() -> None:
    """Let what is still to be written to standard output go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def print_message(text: str) -> None:
    """Print a line on standard error. A line that cannot be printed is dropped, so that the run continues."""
    with suppress(OSError):
        click.echo(text, err=True)
