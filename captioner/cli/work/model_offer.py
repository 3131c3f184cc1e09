"""Offers to download a Whisper model where captioner has nothing better than PocketSphinx."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from captioner.backends.selection import BackendStatus
from captioner.backends.whisper.model_choice import is_installed
from captioner.backends.whisper.whisper_languages import model_for
from captioner.cli.work.models import download_bars
from captioner.errors import BackendError
from captioner.models.catalogue import SUGGESTED, known_model
from captioner.models.download import pull

if TYPE_CHECKING:
    from captioner.cli.console import Console

LAST_RESORT = "sphinx"


def needs_model(choose: Callable[[], BackendStatus]) -> bool:
    """Return whether `auto` finds no backend, or only the last one of its list, and a model would help."""
    if not is_installed():
        return False
    try:
        return choose().name == LAST_RESORT
    except BackendError:
        return True


def offer_model(language: str | None, console: Console) -> bool:
    """Ask on the terminal whether to download a model for a language, and do so; returns whether it is here now.

    Raises the errors of the download.
    """
    name = SUGGESTED if language is None else model_for(language)
    if name is None:  # no Whisper would help
        return False
    model = known_model(name)
    assert model is not None
    question = (
        f"No good speech model is here. Download {model.name}, {model.size}, which understands {model.languages}?"
    )
    if not console.ask(question):
        return False
    with download_bars() as on_progress:
        files = pull(model.name, None, on_progress)
    console.say(f"{model.name} is in {files.folder}")
    return True
