"""Selects the backend for `auto`, and checks which backends are ready."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from captioner.backends.contract import BackendInfo
from captioner.backends.gpu import has_gpu
from captioner.backends.registry import BACKENDS, backend_info
from captioner.backends.whisper.model_choice import commands_for, missing_model
from captioner.errors import BackendError
from captioner.languages import language_name, speaks

Language = str | None
"""The BCP 47 tag of the language that is spoken; None if it is not known."""


@dataclass(frozen=True)
class AutoStep:
    """A backend that `auto` considers."""

    backend: str

    condition: str
    """When `auto` takes it, in a few words."""

    missing: Callable[[Language], str | None] = lambda language: None
    """Returns what is missing beside what the backend itself needs; None if nothing is."""


def _without_gpu(language: Language) -> str | None:
    return None if has_gpu() else "no GPU that torch can use"


def _not_english(language: Language) -> str | None:
    return None if language is None or speaks("en", language) else "it knows only English"


AUTO = (
    AutoStep("glm", "a key is set"),
    AutoStep("glm-nano", "its weights and a GPU are here", _without_gpu),
    AutoStep("whisper", "a model that knows the language is here", missing_model),
    AutoStep("glm-nano", "its weights are here"),
    AutoStep("sphinx", "the speech may be English", _not_english),
)
"""From the best to the one that needs nothing. `auto` never selects a plug-in."""


@dataclass(frozen=True)
class BackendStatus:
    """Whether a backend can run on this machine."""

    name: str

    info: BackendInfo

    missing: str | None
    """What is still missing, in a few words; None if the backend is ready."""

    @property
    def ready(self) -> bool:
        return self.missing is None


@dataclass(frozen=True)
class AutoCandidate:
    """A step of `auto` on this machine."""

    step: AutoStep

    status: BackendStatus

    missing: str | None
    """Why `auto` does not take it; None if it may."""


def backend_status(name: str) -> BackendStatus:
    """Return the status of one backend. One that cannot be loaded, or fails to report, is not ready for that reason."""
    try:
        info = backend_info(name)
    except BackendError as error:
        return BackendStatus(name, BackendInfo(), error.reason)
    try:
        return BackendStatus(name, info, info.missing())
    except Exception as error:  # code of a plug-in, which must not hide the other backends
        return BackendStatus(name, info, f"its check for missing parts failed: {type(error).__name__}: {error}")


def backend_statuses() -> list[BackendStatus]:
    """Return the status of every backend: first those that `auto` considers, in its order, then the others by name."""
    considered = list(dict.fromkeys(step.backend for step in AUTO))
    others = [name for name in BACKENDS.names() if name not in considered]
    return [backend_status(name) for name in (*considered, *others)]


def auto_candidates(
    with_key: Collection[str] = (), *, offline: bool = False, language: Language = None
) -> list[AutoCandidate]:
    """Return the steps of `auto` in their order. The parameters are those of `choose_backend`."""
    candidates = []
    for step in AUTO:
        status = backend_status(step.backend)
        missing = None if status.name in with_key else status.missing
        if status.info.remote and offline:
            missing = "it sends audio away"
        candidates.append(AutoCandidate(step, status, missing or step.missing(language)))
    return candidates


def choose_backend(
    with_key: Collection[str] = (), *, offline: bool = False, language: Language = None
) -> BackendStatus:
    """Return the backend that `auto` selects. Raises `BackendError` if none is ready.

    `with_key` names backends whose key is in the settings. `offline` leaves out those that send audio away. `language`
    leaves out those that do not know it.
    """
    candidates = auto_candidates(with_key, offline=offline, language=language)
    for candidate in candidates:
        if candidate.missing is None:
            return candidate.status
    if language is not None:
        name = f"{language_name(language)} ({language})"
        advice = commands_for(language) or "name one that does with --backend"
        raise BackendError("auto", f"no backend here recognises {name}; {advice}")
    missing = "; ".join(f"{candidate.step.backend}: {candidate.missing}" for candidate in candidates)
    raise BackendError("auto", f"no backend is ready; {missing}")
