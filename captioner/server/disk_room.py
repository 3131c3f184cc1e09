"""Whether the disk has room for more."""

from __future__ import annotations

import shutil
from pathlib import Path

from captioner.server.json_errors import RouteError


def check_room(folder: Path, needed: int) -> None:
    """Raise `RouteError` if less than `needed` bytes are free on the disk of `folder`."""
    if shutil.disk_usage(folder).free < needed:
        raise RouteError(507, "full", "the disk of the server is nearly full; delete jobs, or try again later")
