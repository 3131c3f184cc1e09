"""Classes by name: built-in ones, and those that installed packages register as entry points."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from captioner.errors import UnknownName

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Plugins:
    """The classes of one `kind`: those `built_in`, by "module:attribute", and the entry points of a `group`.

    A plug-in cannot replace a built-in class, so loading a built-in one never searches the installed packages, which
    takes longer than loading it.
    """

    def __init__(self, kind: str, group: str, built_in: Mapping[str, str]) -> None:
        self._kind, self._group, self._built_in = kind, group, built_in

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted({*self._built_in, *self._installed()})

    def load(self, name: str) -> Any:
        """Return the class called `name`. Raises `UnknownName`, and the errors of its import."""
        if name in self._built_in:
            module, _, attribute = self._built_in[name].partition(":")
            return getattr(import_module(module), attribute)
        if name not in (installed := self._installed()):
            raise UnknownName(self._kind, name, self.names())
        return installed[name].load()

    def _installed(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self._group)}
