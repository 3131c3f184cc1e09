"""The sources of a batch: files, folders, globs, manifests and addresses, in the order in which they were given."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from captioner.batch.batch_source import MANIFEST_SUFFIXES, MEDIA_SUFFIXES, Source, name_of_address
from captioner.batch.manifest import read_manifest
from captioner.batch.stored_sources import stored_sources, web_folder
from captioner.errors import CaptionerError, UsageError, reason_of
from captioner.media import open_media, path_of
from captioner.stores import is_store, is_web

_log = logging.getLogger("captioner.batch")

LeaveOut = Callable[[str, str], None]
"""Gets what is left out, and why."""


def _warn(name: str, reason: str) -> None:
    _log.warning("%s: left out, %s", ascii(name), reason)


def find_sources(names: Iterable[str], *, probe: bool = False, leave_out: LeaveOut = _warn) -> list[Source]:
    """Return all sources that `names` stand for, each once.

    A folder gives the media files in and below it, by their endings, with `probe` by opening the files whose ending is
    not known. A name with `*`, `?` or `[` that is no file is a glob; `**` reaches all folders below. A name that ends
    in `MANIFEST_SUFFIXES` is a manifest. `leave_out` gets each folder that cannot be read. Raises `UsageError` for a
    name that gives no source, and for a source that is named twice with different options.
    """
    found: dict[str, Source] = {}
    for name in names:
        if name in ("", "-"):
            said = "standard input is not a source of a batch" if name else "a source has an empty name"
            raise UsageError(f"{said}; name a file, a folder, a glob, a manifest or a URL")
        count = 0
        for count, source in enumerate(_sources_of(name, probe, leave_out), 1):  # noqa: B007
            first = found.setdefault(source.identity, source)
            if first is not source and (first.output, first.options) != (source.output, source.options):
                both = f"by {first.origin or 'another argument'} and by {source.origin or name}"
                raise UsageError(f"{source.address} is named twice with different options: {both}; leave one out")
        if not count:
            raise UsageError(f"{name}: {_nothing_found(name, probe)}")
    return list(found.values())


def _nothing_found(name: str, probe: bool) -> str:
    if is_store(name):
        return "no media here, by the endings of its objects" if not has_magic(name) else "no object matches"
    if Path(name).is_dir():
        return "no media in this folder" + ("" if probe else ", by the endings of its files; try --probe")
    return "lists no source" if name.lower().endswith(MANIFEST_SUFFIXES) else "no file matches"


def _sources_of(name: str, probe: bool, leave_out: LeaveOut) -> Iterator[Source]:
    path = path_of(name)
    if is_store(name):
        yield from stored_sources(name)
    elif path is None:
        listed = list(web_folder(name)) if is_web(name) else []
        yield from listed or [Source(name, name_of_address(name))]
    elif path.is_dir():
        yield from _files_below(path, probe, leave_out)
    elif name.lower().endswith(MANIFEST_SUFFIXES):
        yield from read_manifest(path)
    elif has_magic(name) and not path.exists():
        yield from _files_of_glob(name)
    else:
        yield Source(name, path.name)


def _files_below(folder: Path, probe: bool, leave_out: LeaveOut) -> Iterator[Source]:
    """Yield the media files below a folder, in the order of their names; hidden files and folders are left out.

    A folder that cannot be read is left out with a warning.
    """

    def cannot_read(error: OSError) -> None:
        leave_out(str(error.filename), f"cannot be read: {reason_of(error)}")

    for parent, folders, names in os.walk(folder, onerror=cannot_read):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        beginning, below = _beginning(Path(parent)), _beginning(Path(parent).relative_to(folder))
        for name in sorted(name for name in names if not name.startswith(".")):
            path, media = f"{parent}{os.sep}{name}", os.path.splitext(name)[1].lower() in MEDIA_SUFFIXES  # noqa: PTH122
            if (media or probe) and _is_file(path) and (media or _has_audio(path)):
                yield Source(beginning + name, below + name)


def _beginning(folder: Path) -> str:
    """Return what stands before the name of a file in a folder; nothing for the current one."""
    return "" if folder == Path() else str(folder / "x")[:-1]


def _is_file(path: str | Path) -> bool:
    """Return whether a path is no pipe or device, which reading might never end. A link to nothing fails later."""
    return os.path.isfile(path) or os.path.islink(path)  # noqa: PTH113, PTH114 (there may be 100,000)


def _has_audio(path: str) -> bool:
    try:
        with open_media(path) as media:
            return bool(media.tracks)
    except CaptionerError:
        return False


def _files_of_glob(pattern: str) -> Iterator[Source]:
    """Yield the files that match; each lies below the part of the pattern without wildcards."""
    parts = Path(pattern).parts
    plain = tuple(takewhile(lambda part: not has_magic(part), parts))
    root = Path(*plain)
    try:
        found = sorted(root.glob(str(Path(*parts[len(plain) :]))))
    except ValueError as error:  # such as `**.mp4`
        raise UsageError(f"{pattern} is not a glob: {error}") from error
    for path in found:
        relative = path.relative_to(root)
        if _is_file(path) and not path.is_dir() and not any(part.startswith(".") for part in relative.parts):
            yield Source(str(path), str(relative))
