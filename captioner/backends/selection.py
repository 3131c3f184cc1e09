"""Selects the backend for `auto`, and checks which backends are ready."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from captioner.backends.contract import BackendInfo
from captioner.backends.registry import BACKENDS, backend_info
from captioner.errors import BackendError

AUTO = ("glm", "glm-nano", "sphinx")
"""From the best to the one that always runs. `auto` never selects a plug-in."""


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
    others = [name for name in BACKENDS.names() if name not in AUTO]
    return [backend_status(name) for name in (*AUTO, *others)]


def choose_backend(with_key: Collection[str] = (), *, offline: bool = False) -> BackendStatus:
    """Return the backend that `auto` selects. Raises `BackendError` if none is ready.

    `with_key` names backends whose key is in the settings. `offline` leaves out those that send audio away.
    """
    statuses = [status for name in AUTO if not ((status := backend_status(name)).info.remote and offline)]
    for status in statuses:
        if status.ready or status.name in with_key:
            return status
    missing = "; ".join(f"{status.name}: {status.missing}" for status in statuses)
    raise BackendError("auto", f"no backend is ready; {missing}")
