"""Atomic writing: a result file appears complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from captioner.errors import OutputNotWritten


@contextmanager
def atomic_write(target: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield an empty temporary file; it replaces `target` when the block ends, and is deleted if the block fails.

    The temporary file lies in the folder of `target`, which is created if it is missing. `mode` holds the permissions
    of the new file; None keeps those of `target`. Raises `OSError`.
    """
    target = target.resolve()  # so that a symbolic link stays, and the file that it points to is replaced
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".captioner-", suffix=".part")
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        _flush_to_disk(unfinished)
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


def _flush_to_disk(file: Path) -> None:
    """Write the file to the disk before it gets its final name."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _usual_mode(path: Path) -> int:
    """Return the mode of an existing file, or of a new file here; mkstemp's mode lets only the owner read it."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
