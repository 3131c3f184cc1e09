"""Uploads as files: ID.data holds the bytes that have arrived, ID.json what the client said of them."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from captioner.atomic_file import atomic_write_text

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class StoredUpload:
    """What the client said of an upload."""

    client: str

    length: int
    """Bytes of the whole file."""

    metadata: str
    """As the client sent it: names, each with a value in base64."""

    name: str
    """The file name, without folders; empty without one."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))


class UploadStore:
    """The uploads in `folder`, which is created. An upload ends `lifetime` seconds after its last bytes."""

    def __init__(self, folder: Path, lifetime: float) -> None:
        self._folder, self._lifetime = folder, lifetime

    def create(self, upload: StoredUpload) -> None:
        """Begin an upload. Raises `OSError`, `OutputNotWritten`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.data(upload.id).touch(0o600)
        atomic_write_text(self._folder / f"{upload.id}.json", json.dumps(asdict(upload)), 0o600)

    def get(self, id: str) -> StoredUpload | None:
        """Return an upload; None if there is none, or not any more."""
        if not _ID.fullmatch(id):
            return None
        try:
            stored: Mapping[str, object] = json.loads((self._folder / f"{id}.json").read_text("utf-8"))
            expired = self.expires(id) < time.time()
        except (OSError, ValueError):
            return None
        return None if expired else StoredUpload(**stored)  # type: ignore[arg-type]

    def data(self, id: str) -> Path:
        """Return the file with the bytes that have arrived."""
        return self._folder / f"{id}.data"

    def offset(self, id: str) -> int:
        """Return how many bytes have arrived. Raises `OSError`."""
        return self.data(id).stat().st_size

    def is_whole(self, id: str) -> bool:
        """Return whether there is such an upload, and all of its bytes have arrived."""
        upload = self.get(id)
        try:
            return upload is not None and self.offset(id) >= upload.length
        except FileNotFoundError:  # it has just ended
            return False

    def expires(self, id: str) -> float:
        """Return the Unix time at which the upload ends. Raises `OSError`."""
        return self.data(id).stat().st_mtime + self._lifetime

    def take(self, id: str, target: Path) -> None:
        """Move the file of an upload to `target` and end the upload. Raises `OSError`."""
        self.data(id).replace(target)
        self.delete(id)

    def delete(self, id: str) -> None:
        """End an upload."""
        for path in (self._folder / f"{id}.json", self.data(id)):
            path.unlink(missing_ok=True)

    def delete_expired(self) -> None:
        """End the uploads whose time is over."""
        for id in list(self._ids()):
            with suppress(OSError):
                if self.expires(id) < time.time():
                    self.delete(id)

    def count(self, client: str) -> int:
        """Return the number of uploads of a client."""
        uploads = (self.get(id) for id in self._ids())
        return sum(upload is not None and upload.client == client for upload in uploads)

    def _ids(self) -> Iterator[str]:
        with suppress(FileNotFoundError):
            yield from {path.stem for path in self._folder.iterdir() if _ID.fullmatch(path.stem)}
