"""Atomic writing: a result file appears complete or not at all.

A run that is killed leaves its temporary files behind. Each is locked while it is in use, and a lock ends with its
process. So a later run tells leftovers from the files of another run, and deletes them. Windows has no such locks;
there, leftovers stay.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from captioner.errors import OutputNotWritten

_PART = (".captioner-", ".part")
"""Prefix and suffix of an unfinished result, which lies beside its target."""

_SCRATCH = ("captioner-scratch-", "")
"""Prefix and suffix of a temporary folder."""


@contextmanager
def atomic_write(target: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield an empty temporary file; it replaces `target` when the block ends, and is deleted if the block fails.

    The temporary file lies in the folder of `target`, which is created if it is missing. `mode` holds the permissions
    of the new file; None keeps those of `target`. Raises `OSError`, also for a target that is a folder or a device.
    """
    target = _resolved(target)  # so that a symbolic link stays, and the file that it points to is replaced
    if target.exists() and not target.is_file():
        raise OSError(errno.EEXIST, "exists and is not a file", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(target.parent, _PART)
    unfinished, descriptor = _new_part(target.parent)
    try:
        yield unfinished
        os.fsync(descriptor)  # the file is on the disk before it gets its final name
        unfinished.chmod(_usual_mode(target) if mode is None else mode)
        if os.name == "nt":  # which renames no open file
            os.close(descriptor)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        with suppress(OSError):
            os.close(descriptor)


def atomic_write_text(target: Path, text: str, mode: int | None = None) -> None:
    """Replace a text file, in UTF-8, so that a reader sees the old file or the new one. Raises `OutputNotWritten`."""
    try:
        with atomic_write(target, mode) as unfinished:
            unfinished.write_bytes(text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise OutputNotWritten(str(target), (error.strerror or str(error)).lower()) from error


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """Create a temporary folder, which exists for the length of the block, in `parent` or the system's folder for it.

    Raises `OSError`.
    """
    prefix, suffix = _SCRATCH
    place = parent or Path(tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(place, _SCRATCH)
    with tempfile.TemporaryDirectory(suffix, prefix, place) as name:
        descriptor = None if os.name == "nt" else os.open(name, os.O_RDONLY)
        try:
            if descriptor is not None:
                _lock(descriptor)
            yield Path(name)
        finally:
            if descriptor is not None:
                os.close(descriptor)


def _new_part(folder: Path) -> tuple[Path, int]:
    """Create an unfinished file; return it and its descriptor, which holds its lock."""
    prefix, suffix = _PART
    while True:
        descriptor, name = tempfile.mkstemp(suffix, prefix, folder)
        _lock(descriptor)
        if os.fstat(descriptor).st_nlink:
            return Path(name), descriptor
        os.close(descriptor)  # another run took it for a leftover before it was locked


@cache
def _remove_leftovers(folder: Path, ends: tuple[str, str]) -> None:
    """Delete what killed runs left in `folder`, once for each folder in the life of the process."""
    prefix, suffix = ends
    name = re.compile(rf"{re.escape(prefix)}\w{{8}}{re.escape(suffix)}")  # as mkstemp makes them
    with suppress(OSError):
        for path in [path for path in folder.iterdir() if name.fullmatch(path.name)]:
            with suppress(OSError):
                _remove_leftover(path)


def _remove_leftover(path: Path) -> None:
    """Delete a file or a folder that is ours, and that no process has locked."""
    found = path.lstat()
    if os.name == "nt" or found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode) | stat.S_ISDIR(found.st_mode):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if _lock(descriptor):
            shutil.rmtree(path) if stat.S_ISDIR(found.st_mode) else path.unlink()
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a file or a folder until its descriptor is closed. Returns False if another process has locked it."""
    if os.name == "nt":
        return False
    from fcntl import LOCK_EX, LOCK_NB, flock

    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except OSError:  # also on a file system without locks, from which nothing is deleted either
        return False
    return True


def _resolved(path: Path) -> Path:
    """Return the path that symbolic links lead to. Raises `OSError` for links in a circle."""
    try:
        return path.resolve()
    except RuntimeError:  # as Python before 3.13 says it
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def _usual_mode(path: Path) -> int:
    """Return the mode of an existing file, or of a new file here; mkstemp's mode lets only the owner read it."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
