"""The caption file on this machine that a document is saved to: for `captioner edit`.

It is written whole or not at all. What was there before the first save is kept beside it as a backup.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from captioner.atomic_file import atomic_write_text
from captioner.errors import OutputNotWritten, reason_of
from captioner.formats import Contents, format_named
from captioner.output import WritingOptions, write_contents, write_file

RECORD = "edit.json"
"""The record of the caption file, in the folder of the job."""

Stamp = tuple[int, int]
"""The time of the last change, in nanoseconds, and the size of a file."""


@dataclass(frozen=True)
class LocalCaptions:
    """The caption file of a document."""

    path: str

    format: str
    """The name of its format."""

    stamp: Stamp | None
    """Of the file when it was last read or written; None if there was none."""

    has_backup: bool = False
    """Whether what was there before the first save is kept."""

    saved: int = 0
    """The revision of the document that the file holds."""


@dataclass(frozen=True)
class SavedCaptions:
    """What a save did."""

    path: str

    backup: str | None
    """Where the file that was there before is kept; None if there was none, or it is kept already."""

    losses: tuple[str, ...]
    """What the format cannot store, in phrases."""


class CaptionsChanged(Exception):
    """Another program has changed the caption file since it was read or written."""


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def read_record(folder: Path) -> LocalCaptions | None:
    """Return the record in the folder of a job; None if its captions are in no file."""
    try:
        stored = json.loads((folder / RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return None
    stamp = stored.pop("stamp")
    return LocalCaptions(**stored, stamp=None if stamp is None else (stamp[0], stamp[1]))


def write_record(folder: Path, record: LocalCaptions) -> None:
    """Write the record into the folder of a job. Raises `OutputNotWritten`."""
    atomic_write_text(folder / RECORD, json.dumps(asdict(record)))


def save_captions(
    folder: Path, record: LocalCaptions, contents: Contents, revision: int, *, overwrite: bool
) -> SavedCaptions:
    """Write the captions of a revision to their file. Raises `OutputNotWritten`, `FormatError`.

    Raises `CaptionsChanged` if the file is not as it was read or written last, unless it may be overwritten.
    """
    path, now = Path(record.path), stamp_of(Path(record.path))
    is_foreign = now is not None and now != record.stamp
    if is_foreign and not overwrite:
        raise CaptionsChanged
    written = write_contents(format_named(record.format), contents, WritingOptions())
    backup = _backup(path) if now is not None and (is_foreign or not record.has_backup) else None
    write_file(path, written.data)
    has_backup = record.has_backup or backup is not None
    write_record(folder, replace(record, stamp=stamp_of(path), has_backup=has_backup, saved=revision))
    return SavedCaptions(str(path), None if backup is None else str(backup), written.losses.phrases())


def _backup(path: Path) -> Path:
    """Copy a file to `NAME.bak`, or `NAME.2.bak` where that exists; return the copy. Raises `OutputNotWritten`."""
    backup, number = path.with_name(f"{path.name}.bak"), 2
    while backup.exists():
        backup, number = path.with_name(f"{path.name}.{number}.bak"), number + 1
    try:
        shutil.copy2(path, backup)
    except OSError as error:
        backup.unlink(missing_ok=True)
        raise OutputNotWritten(str(backup), reason_of(error)) from error
    return backup
