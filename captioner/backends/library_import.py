"""Imports the libraries of a backend. One that the system cannot load is an error of the backend, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from captioner.errors import BackendError


@contextmanager
def importing_libraries(backend: str) -> Iterator[None]:
    """Turn the error of an import inside into a `BackendError`.

    An installed library may lack a package of its own (`ImportError`), or a library of the system (`OSError`).
    """
    try:
        yield
    except (ImportError, OSError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise BackendError(backend, f"its libraries cannot be loaded: {reason}; install them again") from error
