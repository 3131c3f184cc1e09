"""Which backend when none is named, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from captioner.backends import BACKENDS, backend_class
from captioner.errors import BackendError

AUTO = ("glm", "glm-nano", "sphinx")
"""From the best to the one that is always there. A plug-in is never taken unasked."""


@dataclass(frozen=True)
class BackendStatus:
    """How a backend stands: what it `needs` to run, what is `missing` for that (None: it is ready), what a user should
    know before it runs (`notice`), and whether it sends the sound to another machine (`remote`)."""

    name: str
    needs: str
    missing: str | None
    notice: str | None = None
    remote: bool = False

    @property
    def ready(self) -> bool:
        return self.missing is None


def backend_status(name: str) -> BackendStatus:
    """Ask one backend what it needs; one that cannot be loaded, or fails when asked, says so as what is missing."""
    try:
        maker = backend_class(name)
    except BackendError as error:
        return BackendStatus(name, "its package", str(error))
    needs, notice = getattr(maker, "needs", "see its documentation"), getattr(maker, "notice", None)
    try:
        missing = maker.missing() if hasattr(maker, "missing") else None
    except Exception as error:  # somebody else's code, which must not hide the other backends
        missing = f"{name}: asked what is missing, it failed: {type(error).__name__}: {error}"
    return BackendStatus(name, needs, missing, notice, getattr(maker, "remote", False))


def backend_statuses() -> list[BackendStatus]:
    """All backends: first those that `auto` looks at, in its order, then the rest by name."""
    others = [name for name in BACKENDS.names() if name not in AUTO]
    return [backend_status(name) for name in (*AUTO, *others)]


def choose_backend(keyed: Collection[str] = (), *, offline: bool = False) -> BackendStatus:
    """The backend that `auto` takes; those in `keyed` have their key from elsewhere. Raises `BackendError` for none."""
    looked_at = [candidate for name in AUTO if not ((candidate := backend_status(name)).remote and offline)]
    for candidate in looked_at:
        if candidate.ready or candidate.name in keyed:
            return candidate
    raise BackendError("auto", "; ".join(f"{candidate.name}: {candidate.missing}" for candidate in looked_at))
