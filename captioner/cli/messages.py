"""Error messages and exit codes: one sentence on standard error for each error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from captioner.cli.standard_streams import print_message
from captioner.errors import BackendError, CaptionerError
from captioner.redaction import without_url_secrets

SPEECH_LOST = 7
"""The exit code of a run that finished but lost some speech."""

INTERRUPTED = 130

Item = TypeVar("Item")


def say_error(error: CaptionerError | str) -> None:
    """Print one sentence on standard error."""
    print_message(f"captioner: {printable(str(error))}")


def printable(text: str) -> str:
    """Return the text on one line, with escapes for control characters and for file names that are not UTF-8.

    The passwords and tokens of URLs are hidden.
    """
    text = without_url_secrets(text)
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def counted(number: int, noun: str) -> str:
    """Return the number with its noun: `1 cue`, `2 cues`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def attempt_all(items: Iterable[Item], attempt: Callable[[Item], int]) -> int:
    """Attempt each item and report its error. A backend error ends the run, since all items would fail with it.

    Returns the exit code of the run: that of the first error, else 7 if speech was lost, else 0.
    """
    codes = []
    for item in (rest := iter(items)):
        try:
            codes.append(attempt(item))
        except BackendError as error:
            skipped = sum(1 for _ in rest)
            say_error(f"{error}; skipped {counted(skipped, 'input')}" if skipped else error)
            codes.append(error.exit_code)
        except CaptionerError as error:
            say_error(error)
            codes.append(error.exit_code)
    return next((code for code in codes if code not in (0, SPEECH_LOST)), max(codes, default=0))
