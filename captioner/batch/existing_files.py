"""The results that exist already, in folders and in stores."""

from __future__ import annotations

import hashlib
import os
import re
from bisect import bisect_left
from itertools import islice, takewhile
from pathlib import Path

from captioner.batch.job import ResultPattern
from captioner.stores import is_store, names_in, read_object

_ANY = "\0"  # stands for the language in a name, which cannot hold it otherwise
_TAG = "[A-Za-z0-9-]+"


class ExistingFiles:
    """The files that lie in the result folders; each folder is listed once, since it may hold many."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def has(self, path: str) -> bool:
        """Return whether a result exists."""
        if not is_store(path):
            return os.path.exists(path)  # noqa: PTH110 (Path.exists raises for a name that is too long)
        folder, _, name = path.rpartition("/")
        names = self._listed(folder)
        place = bisect_left(names, name)
        return place < len(names) and names[place] == name

    def results(self, pattern: ResultPattern, suffix: str) -> list[str]:
        """Return the results of a pattern that exist, in any language."""
        if not pattern.has_language:
            path = pattern.path("", suffix)
            return [path] if self.has(path) else []
        path = pattern.path(_ANY, suffix)
        name = path.removeprefix(f"{pattern.folder}/")
        start = name.split(_ANY)[0]
        names = self._listed(pattern.folder)
        first, matches = bisect_left(names, start), re.compile(re.escape(name).replace(re.escape(_ANY), _TAG)).fullmatch
        near = takewhile(lambda found: found.startswith(start), islice(names, first, None))
        return [f"{pattern.folder}/{found}" for found in near if matches(found)]

    def _listed(self, folder: str) -> list[str]:
        if folder not in self._names:
            try:
                self._names[folder] = names_in(folder) if is_store(folder) else sorted(os.listdir(folder))  # noqa: PTH208
            except OSError:  # it is created with its first result
                self._names[folder] = []
        return self._names[folder]


def sha256_of(path: str) -> str | None:
    """Return the hash of a result, in hexadecimal; None if it cannot be read. Raises `StoreNotUsable`."""
    if is_store(path):
        data = read_object(path)
        return None if data is None else hashlib.sha256(data).hexdigest()
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
