"""The sources in object stores and in the folders of web servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from glob import has_magic
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from captioner.batch.batch_source import MANIFEST_SUFFIXES, MEDIA_SUFFIXES, Source, name_of_address
from captioner.errors import UsageError
from captioner.stores import StoredObject, find_object, joined_address, objects_below, objects_of_glob, plain_part


def stored_sources(name: str) -> Iterator[Source]:
    """Yield the sources that an address of a store stands for: one object, a folder or a glob."""
    if name.lower().endswith(MANIFEST_SUFFIXES):
        raise UsageError(f"{name}: a manifest must lie on this machine; download it first")
    if not name.endswith("/") and (found := find_object(name)) is not None:
        yield Source(name, name_of_address(name), stored=found)
    elif has_magic(name):
        yield from _found(plain_part(name), objects_of_glob(name), any_suffix=True)
    else:
        yield from _found(name, objects_below(name))


def web_folder(name: str) -> Iterator[Source]:
    """Yield the sources that the page of a web folder links to, with those of the folders below.

    A web folder ends in `/`; a glob has a `*` in its path. Other addresses yield nothing.
    """
    path = urlsplit(name).path
    if "*" in path:
        yield from _found(plain_part(name), objects_of_glob(name), any_suffix=True, encoded=True)
    elif path.endswith("/") and not urlsplit(name).query:
        yield from _found(name, objects_below(name), encoded=True)


def _found(
    root: str, objects: Iterable[StoredObject], *, any_suffix: bool = False, encoded: bool = False
) -> Iterator[Source]:
    """Yield the objects that are media and not hidden; no name leads out of the folder of the results."""
    for found in objects:
        name = (unquote(found.relative) if encoded else found.relative).strip("/")
        path = PurePosixPath(name)
        hidden = "\0" in name or any(part.startswith(".") for part in path.parts)  # also `..`
        if not hidden and (any_suffix or path.suffix.lower() in MEDIA_SUFFIXES):
            yield Source(joined_address(root, found.relative), str(path), stored=found)
