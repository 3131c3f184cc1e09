"""Translators by name."""

from __future__ import annotations

from typing import Any

from captioner.backends.option_check import check_options
from captioner.errors import BackendError
from captioner.plugins import Plugins
from captioner.translate.contract import Translator

BUILT_IN = {"chat": "captioner.translate.chat.translator:ChatTranslator"}

TRANSLATORS = Plugins("translator", "captioner.translators", BUILT_IN)


def load_translator(name: str, **options: Any) -> Translator:
    """Return a translator. Raises `UnknownName`, `UsageError` for an option that it does not take, `BackendError`."""
    try:
        maker = TRANSLATORS.load(name)
    except (ImportError, AttributeError) as error:
        raise BackendError(name, f"its plug-in cannot be loaded: {error}") from error
    check_options(name, maker, options, kind="translator")
    translator = maker(**options)
    if not isinstance(translator, Translator):
        raise BackendError(name, "its plug-in is not a translator: it needs traits, translate() and close()")
    return translator
