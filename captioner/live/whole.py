"""A file that others read while it changes: it is replaced in one step, and is whole at any moment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from captioner.errors import OutputNotWritten


def write_whole(path: Path, text: str) -> None:
    """Write a file anew so that a reader sees the old one or the new one. Raises `OutputNotWritten`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".captioner-", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8", errors="replace"))
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)  # a web server reads it, under whatever name it runs
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputNotWritten(str(path), (error.strerror or str(error)).lower()) from error
