"""The recognitions of unfinished sources beside the results, so that another machine that goes on has them.

Each unfinished source has a file of JSON lines in a folder of the result folder. A recognition is added to it after it
is in this machine's journal and before it is used. The file is deleted once the source is done: its results hold all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from captioner.errors import reason_of
from captioner.journal import JournalStore, Store, source_name

FOLDER = ".captioner-journal"

_TRIES = 3
"""How often the folder is created; it is deleted whenever it is empty."""

Row = tuple[bytes, str | None, str]


class RecognitionFiles:
    """The files in the result folder `directory`."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER

    def add(self, key: bytes, source: str | None, answer: str) -> None:
        """Add a recognition to the file of its source. Raises `OSError`."""
        line = json.dumps({"key": key.hex(), "source": source, "answer": answer}) + "\n"
        for left in reversed(range(_TRIES)):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:  # opened for each line: a network drive sends it to the server when the file is closed
                with self._path(source).open("ab") as file:
                    file.write(line.encode("utf-8"))
                return
            except FileNotFoundError:  # another worker's source was done, and the folder empty
                if not left:
                    raise

    def rows(self) -> Iterator[Row]:
        """Yield all recognitions; damaged lines are left out."""
        for path in sorted(self._folder.glob("*.jsonl")):
            with suppress(OSError), path.open("rb") as file:
                yield from filter(None, map(_row, file))

    def remove(self, source: str) -> None:
        """Delete the file of a source, and the folder if it is empty."""
        with suppress(OSError):
            self._path(source_name(source)).unlink(missing_ok=True)
            self._folder.rmdir()

    def _path(self, source: str | None) -> Path:
        return self._folder / f"{hashlib.sha256((source or '').encode('utf-8')).hexdigest()[:32]}.jsonl"


@dataclass(frozen=True)
class TravellingJournal:
    """The location of a journal whose recognitions also lie beside the results."""

    path: Path
    """The journal of this machine."""

    directory: Path
    """The folder of the results."""

    def open_store(self, warn: Callable[[str], None]) -> JournalStore:
        """Return the store."""
        return _TravellingStore(Store(self.path, warn), RecognitionFiles(self.directory), warn)

    def adopt(self, warn: Callable[[str], None]) -> None:
        """Add what another machine has left to the journal of this one. Raises `JournalNotUsable`."""
        with closing(Store(self.path, warn)) as store:
            store.add_missing(RecognitionFiles(self.directory).rows())


class _TravellingStore:
    """A journal file, and the files beside the results, which are only added to."""

    def __init__(self, store: Store, files: RecognitionFiles, warn: Callable[[str], None]) -> None:
        self._store, self._warn = store, warn
        self._files: RecognitionFiles | None = files

    def find(self, key: bytes) -> str | None:
        return self._store.find(key)

    def add(self, key: bytes, source: str | None, answer: str) -> None:
        self._store.add(key, source, answer)
        if self._files is None:
            return
        try:
            self._files.add(key, source, answer)
        except OSError as error:
            self._files = None
            self._warn(f"another machine that goes on recognises this again: {reason_of(error)}")

    def close(self) -> None:
        self._store.close()


def _row(line: bytes) -> Row | None:
    """Return the recognition of a line; None if it is damaged."""
    try:
        fields = json.loads(line)
        key, source, answer = bytes.fromhex(fields["key"]), fields["source"], fields["answer"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return (key, source, answer) if isinstance(answer, str) and isinstance(source, str | None) else None
