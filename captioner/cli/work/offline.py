"""--offline: nothing beyond this machine is reached."""

from __future__ import annotations

import os
from collections.abc import Sequence

from captioner.backends.selection import backend_status, backend_statuses
from captioner.errors import UsageError
from captioner.media import path_of


def go_offline(inputs: Sequence[str], backend: str) -> None:
    """Refuse an input that is an address and a backend that sends the sound away. Raises `UsageError`."""
    for name in inputs:
        if path_of(name) is None:
            raise UsageError(f"--offline reaches no other machine, and {name} is an address")
    if backend != "auto" and backend_status(backend).info.remote:
        here = ", ".join(each.name for each in backend_statuses() if not each.info.remote)
        raise UsageError(f"--offline reaches no other machine, and {backend} sends the sound to one; there is: {here}")
    os.environ["HF_HUB_OFFLINE"] = "1"  # for plug-ins that take their models from the hub
