"""Whether the disk has room for more.

It is asked before a file comes and while it comes: several files that come at a time share what was free before them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from captioner.server.refusals import RequestRefused

FULL = "the disk of the server is nearly full; delete jobs, or try again later"


def has_room(folder: Path, needed: int) -> bool:
    """Return whether `needed` bytes are free on the disk of `folder`. Raises `OSError`."""
    return shutil.disk_usage(folder).free >= needed


def check_room(folder: Path, needed: int) -> None:
    """Raise `RequestRefused` if fewer than `needed` bytes are free on the disk of `folder`."""
    if not has_room(folder, needed):
        raise RequestRefused("full", FULL)
