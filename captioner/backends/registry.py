"""Backends by name: the built-in ones (`BUILT_IN`), and plug-ins by entry point (group `captioner.backends`)."""

from __future__ import annotations

from typing import Any

from captioner.backends.contract import Backend, BackendInfo
from captioner.backends.option_check import check_options
from captioner.errors import BackendError
from captioner.plugins import Plugins

BUILT_IN = {
    "glm": "captioner.backends.glm.backend:Glm",
    "glm-nano": "captioner.backends.nano.backend:GlmNano",
    "openai": "captioner.backends.openai.backend:OpenAI",
    "scripted": "captioner.backends.scripted:Scripted",
    "sphinx": "captioner.backends.sphinx:Sphinx",
    "transformers": "captioner.backends.transformers_asr.backend:Transformers",
    "whisper": "captioner.backends.whisper.backend:Whisper",
}

BACKENDS = Plugins("backend", "captioner.backends", BUILT_IN)


def backend_class(name: str) -> Any:
    """Return the class registered under `name`; its libraries are not imported yet.

    Raises `UnknownName`, `BackendError`.
    """
    try:
        return BACKENDS.load(name)
    except (ImportError, AttributeError) as error:
        raise BackendError(name, f"its plug-in cannot be loaded: {error}") from error


def backend_info(name: str) -> BackendInfo:
    """Return the `info` that the class declares, else the defaults. Raises `UnknownName`, `BackendError`."""
    info = getattr(backend_class(name), "info", BackendInfo())
    if not isinstance(info, BackendInfo):
        raise BackendError(name, f"the `info` of its plug-in must be a BackendInfo, not {type(info).__name__}")
    return info


def load_backend(name: str, **options: Any) -> Backend:
    """Return a backend built with `options`, ready to transcribe.

    Raises `UnknownName` for an unknown backend or option, `UsageError` for a value of a type that the constructor does
    not take, `BackendError`.
    """
    maker = backend_class(name)
    check_options(name, maker, options)
    backend = maker(**options)
    if not isinstance(backend, Backend):
        raise BackendError(name, "its plug-in is not a backend: it needs traits, transcribe() and close()")
    return backend
