"""Two runs that write results into one folder, or into a folder and one below it, exclude each other.

Each run holds a lock in the state of this user. A text file beside it names the folder, since other runs must know
which folders are locked.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from captioner.batch.ledger import LedgerNotUsable
from captioner.errors import UsageError
from captioner.result_records import default_state_path
from captioner.state_database import only_process


@contextmanager
def only_driver(root: str) -> Iterator[None]:
    """Hold the results in and below the folder `root`, an absolute path or an address, for the length of the block.

    Raises `UsageError` where another run holds some of them, and `LedgerNotUsable`.
    """
    locks = default_state_path().parent / "batches"
    path = locks / f"{hashlib.sha256(os.fsencode(root)).hexdigest()[:32]}.folder"
    try:
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(root))
        others = {found: os.fsdecode(found.read_bytes()) for found in locks.glob("*.folder") if found != path}
    except OSError as error:
        raise LedgerNotUsable(str(path), str(error)) from error
    with only_process(path, _taken(root), LedgerNotUsable):
        for other, folder in others.items():  # of two runs that begin at one moment, both may end here, but never none
            if _overlap(root, folder):
                with only_process(other, _taken(folder), LedgerNotUsable):
                    pass
        yield


def _taken(folder: str) -> UsageError:
    return UsageError(f"another batch writes results into {folder} now; wait for it, or use another folder")


def _overlap(one: str, other: str) -> bool:
    """Return whether one folder is or lies in the other."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
