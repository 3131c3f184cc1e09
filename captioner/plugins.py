"""Parts that are found by name: ours, and those that others install as entry points."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from captioner.errors import UnknownName

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Plugins:
    """All parts of one `kind`: those `built_in`, each a "module:attribute", and the entry points of a `group`.

    An installed plug-in cannot take the name of one of ours; so for one of ours nobody looks at what is installed,
    which takes longer than to load it.
    """

    def __init__(self, kind: str, group: str, built_in: Mapping[str, str]) -> None:
        self._kind, self._group, self._built_in = kind, group, built_in

    def names(self) -> list[str]:
        """Every name there is, sorted."""
        return sorted({*self._built_in, *self._installed()})

    def load(self, name: str) -> Any:
        """What is called `name`. Raises `UnknownName`, and what importing it raises."""
        if name in self._built_in:
            module, _, attribute = self._built_in[name].partition(":")
            return getattr(import_module(module), attribute)
        if name not in (installed := self._installed()):
            raise UnknownName(self._kind, name, self.names())
        return installed[name].load()

    def _installed(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self._group)}
