"""Full-text search over the caption files of a folder: which line of which recording says these words.

The index is a SQLite FTS5 table in the state of this user, one for each folder, brought up to date before each search.
A row holds a line with the one after it, so that a phrase is found across the break of a cue. Text of scripts without
spaces is indexed character by character, and each search word is a phrase of these: FTS5's own trigrams would find no
word of two characters, which most Chinese words are.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice, pairwise
from pathlib import Path

import regex

from captioner.errors import CaptionerError, UsageError
from captioner.result_records import default_state_path
from captioner.text.scripts import is_unspaced
from captioner.values import Cue

PREFERRED = (".json", ".srt", ".vtt", ".ass", ".ttml", ".lrc", ".csv")
"""Endings of the files that are searched; of several with one name only the first in this order that can be read."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (number INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, stamp TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (number INTEGER PRIMARY KEY, file INTEGER NOT NULL, start REAL, end REAL, text TEXT);
CREATE INDEX IF NOT EXISTS lines_of_file ON lines (file);
CREATE VIRTUAL TABLE IF NOT EXISTS tokens USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
"""

_WORD = regex.compile(r"[\p{Letter}\p{Mark}\p{Number}]+")
_ACCENTS = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}]\p{Mn}*)\p{Mn}")

BUSY = 30.0
"""Seconds to wait while another process reads or writes."""

ReadCues = Callable[[Path], Sequence[Cue] | None]
"""Reads a caption file; returns None for a file that holds something else. Raises `CaptionerError`."""


@dataclass(frozen=True)
class Hit:
    """A line that holds the words, or begins them."""

    path: str
    """The caption file."""

    start: float
    """Seconds."""

    end: float
    """Seconds."""

    text: str
    """The text of the line."""


def index_path(folder: str) -> Path:
    """Return the file of the index of a folder."""
    name = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:32]
    return default_state_path().parent / "searches" / f"{name}.sqlite"


def caption_files(folder: Path) -> Iterator[Sequence[Path]]:
    """Yield the caption files in and below a folder: those of each name together, the preferred first."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found: dict[str, list[Path]] = {}
        for path in (Path(parent, name) for name in sorted(names)):
            if path.suffix.lower() in PREFERRED and path.is_file():
                found.setdefault(path.stem, []).append(path)
        for group in found.values():
            yield sorted(group, key=lambda path: PREFERRED.index(path.suffix.lower()))


class SearchIndexNotUsable(CaptionerError):
    """The search index at `path` cannot be read or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def _message(self) -> str:
        return f"cannot use the search index {self.path}: {self.reason}"


class SearchIndex:
    """The index of one folder."""

    def __init__(self, path: Path) -> None:
        """Raises `SearchIndexNotUsable`, as every method does."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path = path
            self._database = sqlite3.connect(path, isolation_level=None, timeout=BUSY)
            self._database.execute("PRAGMA journal_mode = TRUNCATE")
            self._database.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise SearchIndexNotUsable(str(path), str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def update(self, groups: Iterable[Sequence[Path]], read: ReadCues) -> list[CaptionerError]:
        """Index the files that are new or have changed, and forget those that are gone.

        Of each group the first file is indexed that can be read. Returns the errors of those before it; files for which
        `read` returns None are no caption files, and are passed over.
        """
        errors: list[CaptionerError] = []
        with self._usable():
            self._database.execute("BEGIN IMMEDIATE")
            known = dict(self._database.execute("SELECT path, stamp FROM files").fetchall())
            for group in groups:
                for file in group:
                    path, stamp = os.fsencode(file), _stamp(file)
                    if known.get(path) == stamp or self._add_if_readable(file, stamp, read, errors):
                        known.pop(path, None)
                        break
            for path in known:
                self._forget(path)
            self._database.execute("COMMIT")
        return errors

    def _add_if_readable(self, file: Path, stamp: str, read: ReadCues, errors: list[CaptionerError]) -> bool:
        try:
            cues = read(file)
        except CaptionerError as error:
            errors.append(error)
            return False
        if cues is None:
            return False
        self._forget(os.fsencode(file))
        self._add(os.fsencode(file), stamp, cues)
        return True

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise SearchIndexNotUsable(str(self._path), str(error)) from error

    def search(self, words: Sequence[str], most: int) -> list[Hit]:
        """Return at most `most` lines that hold all `words` or begin them, by file and time.

        A word with spaces is a phrase. Raises `UsageError` if there is nothing to search for.
        """
        phrases = [_tokens(word) for word in words]
        if not phrases or not all(phrases):
            raise UsageError("give words to search for; punctuation is not searched")
        query = " AND ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
        found = self._database.execute(
            "SELECT files.path, lines.start, lines.end, lines.text, tokens.text FROM tokens "
            "JOIN lines ON lines.number = tokens.rowid JOIN files ON files.number = lines.file "
            "WHERE tokens MATCH ? ORDER BY files.path, lines.start",
            (query,),
        )
        hits = (
            Hit(os.fsdecode(path), start, end, text)
            for path, start, end, text, tokens in found
            if _is_hit(phrases, tokens.split(), len(_tokens(text)))
        )
        with self._usable():
            return list(islice(hits, most))

    def _forget(self, path: bytes) -> None:
        file = "(SELECT number FROM files WHERE path = ?)"
        lines = f"(SELECT number FROM lines WHERE file = {file})"
        self._database.execute(f"DELETE FROM tokens WHERE rowid IN {lines}", (path,))
        self._database.execute(f"DELETE FROM lines WHERE file = {file}", (path,))
        self._database.execute("DELETE FROM files WHERE path = ?", (path,))

    def _add(self, path: bytes, stamp: str, cues: Sequence[Cue]) -> None:
        file = self._database.execute("INSERT INTO files (path, stamp) VALUES (?, ?)", (path, stamp)).lastrowid
        texts = [_encodable(" ".join(cue.text.split())) for cue in cues]
        for cue, (text, following) in zip(cues, pairwise([*texts, ""]), strict=True):
            row = (file, cue.start, cue.end, text)
            line = self._database.execute("INSERT INTO lines (file, start, end, text) VALUES (?, ?, ?, ?)", row)
            tokens = " ".join([*_tokens(text), *_tokens(following)])
            self._database.execute("INSERT INTO tokens (rowid, text) VALUES (?, ?)", (line.lastrowid, tokens))


def _encodable(text: str) -> str:
    """Return a text that SQLite can hold: JSON can write half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _stamp(file: Path) -> str:
    try:
        found = file.stat()
    except OSError:  # reading it says why
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"


def _tokens(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case, width and the accents of Latin, Greek, Cyrillic.

    >>> _tokens("Ｃafé, 42 %"), _tokens("我在2019年买了GLM模型")
    (['cafe', '42'], ['我', '在', '2019', '年', '买', '了', 'glm', '模', '型'])
    """
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", folded))
    return [token for word in _WORD.findall(plain) for token in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """Yield each character of a script without spaces, and what lies between them whole."""
    for unspaced, group in groupby(word, key=is_unspaced):
        characters = list(group)
        yield from characters if unspaced else ["".join(characters)]


def _is_hit(phrases: Sequence[Sequence[str]], tokens: Sequence[str], own: int) -> bool:
    """Return whether all phrases are among the tokens of a line and the next one, and one begins in the line itself.

    Where all begin in the next line, that is a hit of its own.
    """
    starts = [_starts(phrase, tokens) for phrase in phrases]
    return all(starts) and any(places[0] < own for places in starts)


def _starts(phrase: Sequence[str], tokens: Sequence[str]) -> list[int]:
    length = len(phrase)
    return [place for place in range(len(tokens) - length + 1) if list(tokens[place : place + length]) == list(phrase)]
