"""A line of JSON for each finished source, beside the results: with it another machine goes on with a batch.

The ledger of the first machine is its own. The file is only ever added to, so that a driver that is killed leaves at
most half a line, which is ignored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from captioner.batch.job import Figures, Outcome, ResultFile
from captioner.batch.ledger import Entry
from captioner.batch.source_identity import identity_of
from captioner.batch.travelling_journal import RecognitionFiles
from captioner.errors import OutputNotWritten, reason_of
from captioner.stores import is_store

NAME = ".captioner-batch.jsonl"

NUMBERS = tuple(field.name for field in fields(Figures) if field.name != "language")

NOT_UTF8 = "backslashreplace"
"""Error handler for JSON with file names that are not UTF-8: it makes escapes that JSON reads again."""


class TakeoverFile:
    """The file in the result folder `directory`; `keys` are those of the ledger, by source."""

    def __init__(self, directory: str, keys: dict[str, str]) -> None:
        self.path = Path(directory, NAME)
        self._recognitions = RecognitionFiles(Path(directory))
        self._stored = is_store(directory)
        self._keys = keys
        self._sources = {identity_of(source): source for source in keys}

    def add(self, outcome: Outcome) -> None:
        """Add the line of an outcome whose results were written. Raises `OutputNotWritten`.

        The recognitions of a source that is done are deleted; those of one that failed or lost speech may help yet.
        """
        if not outcome.results or self._stored:
            return
        self._write(outcome)
        if outcome.state == "done":
            self._recognitions.remove(outcome.job.source)

    def _write(self, outcome: Outcome) -> None:
        folder = self.path.parent
        line = {
            "source": identity_of(outcome.job.source),
            "key": self._keys[outcome.job.source],
            "results": [[os.path.relpath(result.path, folder), result.sha256] for result in outcome.results],
            "seconds": outcome.seconds,
            "warnings": outcome.warnings,
            "figures": asdict(outcome.figures),
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", errors=NOT_UTF8) as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OutputNotWritten(str(self.path), reason_of(error)) from error

    def entries(self) -> Iterator[Entry]:
        """Yield the finished sources of earlier runs, the last line of each; damaged lines are left out."""
        found: dict[str, Entry] = {}
        if self._stored:
            return
        try:
            lines = self.path.read_text("utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise OutputNotWritten(str(self.path), reason_of(error)) from error
        for line in lines:
            try:
                entry = self._entry(json.loads(line))
            except (ValueError, TypeError, LookupError, RecursionError):
                continue
            found[entry.source] = entry
        yield from found.values()

    def _entry(self, line: dict[str, Any]) -> Entry:
        source = _text(line["source"])
        figures = Figures(
            **{name: _number(line["figures"][name]) for name in NUMBERS},
            language=None if line["figures"]["language"] is None else _text(line["figures"]["language"]),
        )
        return Entry(
            source=self._sources.get(source, source),
            key=_text(line["key"]),
            size=-1,
            state="lost" if figures.lost else "done",
            attempts=1,
            error=None,
            exit_code=0,
            results=tuple(ResultFile(str(self.path.parent / path), _text(sha256)) for path, sha256 in line["results"]),
            seconds=_number(line["seconds"]),
            warnings=tuple(map(str, line["warnings"])),
            figures=figures,
        )


def _text(value: Any) -> str:
    """Return a text that SQLite can hold. Raises `ValueError`, `TypeError`."""
    os.fsencode(value)
    return str(value)


def _number(value: Any) -> Any:
    """Return a number that SQLite can hold. Raises `ValueError`, `TypeError`."""
    if not abs(value) < 2**53:  # NaN is not less either
        raise ValueError
    return value
