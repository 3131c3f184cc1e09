"""The command line. `captioner INPUT...` captions; a first word that is a command runs that command instead.

This module and the command modules import nothing but click when they are loaded: `captioner --help` must answer
at once. What a command needs it imports in its body.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from captioner.cli.messages import INTERRUPTED, say_error
from captioner.errors import CaptionerError

COMMANDS = {
    "live": "Captions beside a running stream.",
    "align": "Captions from a script that exists, or an old caption file at the right times.",
    "export": "Again in another format or profile, without hearing anything anew.",
    "burn": "Captions into the picture of a video.",
    "preview": "One frame with its captions, as a picture.",
    "convert": "One caption format into another.",
    "mux": "Captions into a video as tracks that the viewer switches on.",
    "lint": "Check caption files against the rules of a profile.",
    "score": "Captions held against a reference: what is wrong, late or lost.",
    "backends": "The recognisers there are, and which one is taken when none is named.",
    "models": "The weights for local recognition that are here, and how to get them.",
    "journal": "What is remembered of what was heard, and forgetting it.",
    "doctor": "What is here, what is missing and how to get it.",
}
"""Each a module of this package with a click command of the same name. `caption` is what runs without a name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    # numpy's matrices are small here: a second thread would cost as much again and gain nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        say_error(error.format_message())
        return error.exit_code
    except CaptionerError as error:
        say_error(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say_error("interrupted")
        return INTERRUPTED
    except OSError as error:  # all files have errors of their own; what is left are the standard streams
        os.close(1)  # or Python would try again to write what cannot be written
        say_error(f"cannot write to standard output: {error.strerror}")
        return 1


def _run(words: list[str]) -> int:
    named = bool(words) and words[0] in COMMANDS
    command = load_command(words.pop(0) if named else "caption")
    name = f"captioner {command.name}" if named else "captioner"
    return command.main(words, prog_name=name, standalone_mode=False) or 0


def load_command(name: str) -> click.Command:
    """The click command that the module of that name holds."""
    command = getattr(import_module(f"captioner.cli.commands.{name}"), name)
    assert isinstance(command, click.Command)
    return command
