"""Watches folders for new sources: a file counts once it has stopped growing.

Network drives do not tell of changes that other machines make, so these are polled.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from captioner.batch.batch_source import Source
from captioner.errors import NotInstalled
from captioner.media import path_of

SETTLED = 5.0
"""Seconds without a change after which a file is complete."""

TICK = 1.0
"""Seconds between two looks at files that still grow."""

NETWORK_DRIVES = ("9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "nfs", "smb")
"""Beginnings of the types of file systems that may change without a word to this machine."""

_MOUNTS = Path("/proc/mounts")

Stamp = tuple[int, int]
"""The size of a file in bytes, and its time of modification in ns."""


def changes(folders: Sequence[Path], growing: GrowingFiles) -> Iterator[None]:
    """Yield once at the start, whenever something in the folders has changed, and while files are growing.

    Raises `NotInstalled` without watchfiles.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise NotInstalled("watching a folder", "captioner[batch]") from error
    yield
    polled = any(is_network_drive(folder) for folder in folders)
    looks = watch(*folders, force_polling=polled or None, yield_on_timeout=True, rust_timeout=int(1000 * TICK))
    for found in looks:
        if found or growing:
            yield


def is_network_drive(folder: Path, mounts: str | None = None) -> bool:
    """Return whether a folder lies on a network drive; `mounts` is the text of /proc/mounts, which only Linux has."""
    if mounts is None:
        mounts = _MOUNTS.read_text("utf-8", "replace") if _MOUNTS.exists() else ""
    lines = [line.split() for line in mounts.splitlines()]
    place = folder.resolve()
    above = [words for words in lines if len(words) > 2 and place.is_relative_to(words[1].replace("\\040", " "))]
    nearest = max(above, key=lambda words: len(words[1]), default=None)
    return nearest is not None and nearest[2].startswith(NETWORK_DRIVES)


class GrowingFiles:
    """The files that have changed in the last seconds."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Stamp, float]] = {}
        self._growing: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._growing)

    def without(self, sources: Iterable[Source]) -> list[Source]:
        """Return the sources that have stopped growing; addresses have."""
        now, sources = time.monotonic(), list(sources)
        self._growing &= {source.address for source in sources}  # others are gone
        return [source for source in sources if self._is_complete(source.address, now)]

    def stamp(self, source: Source) -> Stamp:
        """Return the size and time that a complete source had."""
        return self._seen[source.address][0]

    def _is_complete(self, address: str, now: float) -> bool:
        path = path_of(address)
        if path is None:
            return True
        try:
            found = path.stat()
        except OSError:  # it is gone again
            return False
        stamp = found.st_size, found.st_mtime_ns
        if address not in self._seen and time.time() - found.st_mtime > SETTLED:  # it was there before
            self._seen[address] = stamp, now - SETTLED
        elif address not in self._seen or self._seen[address][0] != stamp:
            self._seen[address] = stamp, now
        complete = found.st_size > 0 and now - self._seen[address][1] >= SETTLED
        (self._growing.discard if complete or not found.st_size else self._growing.add)(address)
        return complete
