"""A result appears whole or not at all: it is written beside its place under another name, and gets its own at last."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from captioner.errors import OutputNotWritten


@contextmanager
def atomic_write(target: Path, mode: int | None = None) -> Iterator[Path]:
    """An empty file to write into, which takes the place of `target` when the block ends well and goes when not.

    Folders on the way are made. `mode` is that of the file; None keeps the one it has. Raises `OSError`.
    """
    target = target.resolve()  # or a link would be replaced in the place of what it names
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".captioner-", suffix=".part")
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        _settle(unfinished)
        unfinished.chmod(_usual_mode(target) if mode is None else mode)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def atomic_write_text(target: Path, text: str, mode: int | None = None) -> None:
    """Replace a text file, in UTF-8, so that a reader sees the old file or the new one. Raises `OutputNotWritten`."""
    try:
        with atomic_write(target, mode) as unfinished:
            unfinished.write_bytes(text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise OutputNotWritten(str(target), (error.strerror or str(error)).lower()) from error


def _settle(file: Path) -> None:
    """Have it on the disk before it gets its name."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _usual_mode(path: Path) -> int:
    """The mode that the file has, or that a new file gets here (mkstemp's own is for its owner alone)."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
