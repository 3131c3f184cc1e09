"""The command line. `captioner INPUT...` captions; a first word that is a command runs that command.

Until a command runs, nothing larger than click is imported: `captioner --help` must answer at once. A command imports
what it needs when it is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click

from captioner.cli.command_list import COMMANDS
from captioner.cli.messages import INTERRUPTED, say_error
from captioner.cli.options import SettableCommand
from captioner.cli.signals import RunEnded, clean_end_on_signals
from captioner.cli.standard_streams import discard_output, open_closed_streams
from captioner.cli.utf8_mode import ensure_utf8
from captioner.errors import CaptionerError, SettingsError, UnknownName, UsageError
from captioner.settings import Settings, settings_path

HELP_FLAGS = ("-h", "--help")

OTHER_NAMES = {"caption": "", "transcribe": "", "subtitle": "", "render": "export", "retime": "align", "sync": "align"}
"""Names that are not commands, and the command that a user means by each; empty for the default command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    open_closed_streams()
    # The matrices of numpy are small here: a second thread would double the cost and gain nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if arguments is None:
        ensure_utf8()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with clean_end_on_signals():
            code = _run(words)
        sys.stdout.flush()
        return code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        say_error(_click_message(error))
        return error.exit_code
    except CaptionerError as error:
        say_error(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say_error("interrupted")
        return INTERRUPTED
    except RunEnded as ended:
        say_error(f"ended by {ended.name}")
        return ended.exit_code
    except OSError as error:
        if error.filename is not None:
            say_error(f"{os.fsdecode(error.filename)}: {(error.strerror or str(error)).lower()}")
            return 1
        # Other files raise errors of their own; what remains are the standard streams.
        discard_output()  # else Python would try again to write at the end
        say_error(f"cannot write to standard output: {error.strerror}")
        return 1


def _click_message(error: click.ClickException) -> str:
    """Return the message of click; where it does not say what to do, with the command that shows the help."""
    text = error.format_message()
    explained = isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter)
    if not isinstance(error, click.UsageError) or explained or error.ctx is None or "?" in text:
        return text
    return f"{text.rstrip('.')}; see '{error.ctx.command_path} -h'"


def _run(words: list[str]) -> int:
    if words[:1] == ["help"]:
        words = _words_of_help(words[1:])
    elif words:
        _suggest_command(words[0])
    named = bool(words) and words[0] in COMMANDS
    command = load_command(words.pop(0) if named else "caption")
    name = f"captioner {command.name}" if named else "captioner"
    settings = _settings(words) if isinstance(command, SettableCommand) else None
    return command.main(words, prog_name=name, standalone_mode=False, obj=settings) or 0


def _settings(words: Sequence[str]) -> Settings:
    """Return the user's settings.

    Errors in them are ignored if the user asks for help, which may be needed to fix them.
    """
    from captioner.cli.user_settings import user_settings

    try:
        return user_settings()
    except SettingsError:
        if {*HELP_FLAGS, "--version"} & set(words):
            return Settings(settings_path())
        raise


def _words_of_help(words: Sequence[str]) -> list[str]:
    """Return the words that show the help of `captioner help WORDS...`. Raises `UnknownName`."""
    name = words[0] if words else "help"
    if name in ("help", *HELP_FLAGS) or OTHER_NAMES.get(name) == "":
        return ["--help"]
    if name not in COMMANDS:
        raise UnknownName("command", name, COMMANDS)
    return [*words, "--help"]


def _suggest_command(word: str) -> None:
    """Raise `UsageError` if the first word is not a file and looks like a command."""
    if word in COMMANDS or not word.isalpha() or Path(word).exists():
        return
    if OTHER_NAMES.get(word) == "":
        raise UsageError(f"there is no file {word!r}; to caption, give the input alone: captioner INPUT")
    if close := get_close_matches(OTHER_NAMES.get(word, word), COMMANDS, 1, cutoff=0.75):
        raise UsageError(f"there is no file {word!r}; did you mean 'captioner {close[0]}'?")


def load_command(name: str) -> click.Command:
    """Return the click command that the module of that name holds."""
    command = getattr(import_module(f"captioner.cli.commands.{name}"), name)
    assert isinstance(command, click.Command)
    command.context_settings.setdefault("help_option_names", list(HELP_FLAGS))
    return command
