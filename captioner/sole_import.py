"""Imports a library in one thread at a time.

transformers puts another module into its place while it is imported: a second thread that imports it in that moment
keeps the first one, which has none of its classes.
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from types import ModuleType

_lock = Lock()


def import_alone(name: str) -> ModuleType:
    """Return the module called `name`, which no other thread imports by this function meanwhile."""
    with _lock:
        return import_module(name)
