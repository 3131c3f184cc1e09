"""Compares a file with its SHA-256, once: a file that was verified is known again by its path, size and time."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path


def is_verified(path: Path, sha256: str) -> bool:
    """Return whether a file has this SHA-256. Reads it unless it was verified before and has not changed since."""
    stamp = _stamp(path, sha256)
    if stamp.exists():
        return True
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            return False
    with suppress(OSError):  # without the stamp, the file is read again the next time
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    return True


def _stamp(path: Path, sha256: str) -> Path:
    """Return the empty file whose existence says that this file was verified: its name depends on all that counts."""
    status = path.stat()
    facts = f"{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n{sha256}"
    folder = os.environ.get("CAPTIONER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "captioner"
    return Path(folder).expanduser() / "verified" / hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()
