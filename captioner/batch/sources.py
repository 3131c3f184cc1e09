"""The sources of a batch: files, folders, globs, manifests and addresses, in the order in which they were given."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from glob import has_magic
from itertools import takewhile
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from captioner.batch.job import ManifestOptions
from captioner.errors import CaptionerError, UsageError, reason_of
from captioner.languages import asked_language
from captioner.limited_file import read_limited
from captioner.media import open_media, path_of

MEDIA_SUFFIXES = frozenset((
    ".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aiff", ".amr", ".ape", ".asf", ".au", ".avi", ".caf", ".dts", ".dv",
    ".eac3", ".flac", ".flv", ".gxf", ".m2ts", ".m4a", ".m4b", ".m4v", ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4",
    ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".oga", ".ogg", ".ogv", ".opus", ".ra", ".rm", ".rmvb", ".spx", ".ts",
    ".tta", ".vob", ".voc", ".w64", ".wav", ".weba", ".webm", ".wma", ".wmv", ".wtv", ".wv",
))  # fmt: skip
"""Endings of the files that are taken from a folder. A file that is named is taken whatever its ending."""

MANIFEST_SUFFIXES = (".txt", ".csv", ".jsonl", ".parquet")

COLUMNS = ("source", "language", "output", "prompt", "hotwords")
"""Of a manifest. Only `source` is needed; hotwords are parted by `;`."""


@dataclass(frozen=True)
class Source:
    """One source of a batch."""

    address: str
    """A path or a URL."""

    relative: str
    """Its path below the folder or glob that it was found by; its name alone where it was named itself."""

    output: str | None = None
    """The result that a manifest asks for, without an ending; None for the pattern of the run."""

    options: ManifestOptions = field(default_factory=ManifestOptions)

    @property
    def folder(self) -> PurePath:
        """The folder of the source; the current one for an address."""
        path = path_of(self.address)
        return PurePath() if path is None else path.parent


def find_sources(names: Iterable[str], *, probe: bool = False) -> list[Source]:
    """Return all sources that `names` stand for, each once.

    A folder gives the media files in and below it, by their endings, with `probe` by opening the files whose ending is
    not known. A name with `*`, `?` or `[` that is no file is a glob; `**` reaches all folders below. A name that ends
    in `MANIFEST_SUFFIXES` is a manifest. Raises `UsageError` for a name that gives no source.
    """
    found: dict[str, Source] = {}
    for name in names:
        count = 0
        for count, source in enumerate(_sources_of(name, probe), 1):  # noqa: B007
            found.setdefault(source.address, source)
        if not count:
            raise UsageError(f"{name}: {_nothing_found(name, probe)}")
    return list(found.values())


def _nothing_found(name: str, probe: bool) -> str:
    if Path(name).is_dir():
        return "no media in this folder" + ("" if probe else ", by the endings of its files; try --probe")
    return "lists no source" if name.lower().endswith(MANIFEST_SUFFIXES) else "no file matches"


def _sources_of(name: str, probe: bool) -> Iterator[Source]:
    path = path_of(name)
    if path is None:
        yield Source(name, PurePath(unquote(urlsplit(name).path)).name or "captions")
    elif path.is_dir():
        yield from _files_below(path, probe)
    elif name.lower().endswith(MANIFEST_SUFFIXES):
        yield from read_manifest(path)
    elif has_magic(name) and not path.exists():
        yield from _files_of_glob(name)
    else:
        yield Source(name, path.name)


def _files_below(folder: Path, probe: bool) -> Iterator[Source]:
    """Yield the media files below a folder, in the order of their names; hidden files and folders are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(parent, name)
            if path.suffix.lower() in MEDIA_SUFFIXES or (probe and _has_audio(path)):
                yield Source(str(path), str(path.relative_to(folder)))


def _has_audio(path: Path) -> bool:
    try:
        with open_media(str(path)) as media:
            return bool(media.tracks)
    except CaptionerError:
        return False


def _files_of_glob(pattern: str) -> Iterator[Source]:
    """Yield the files that match; each lies below the part of the pattern without wildcards."""
    parts = Path(pattern).parts
    plain = tuple(takewhile(lambda part: not has_magic(part), parts))
    root = Path(*plain)
    for path in sorted(root.glob(str(Path(*parts[len(plain) :])))):
        relative = path.relative_to(root)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            yield Source(str(path), str(relative))


def read_manifest(path: Path) -> Iterator[Source]:
    """Yield the sources of a manifest; paths in it are relative to its folder.

    `.txt` has one source a line, `#` starts a comment. `.csv` has a header with `COLUMNS`, `.jsonl` an object a line,
    `.parquet` a table, which needs pyarrow. Raises `UsageError` with the line.
    """
    for place, row in _rows(path):
        try:
            yield _source_of_row(row, path.parent)
        except UsageError as error:
            raise UsageError(f"{path}, {place}: {error}") from error


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = {".txt": _text_rows, ".csv": _csv_rows, ".jsonl": _json_rows, ".parquet": _parquet_rows}
    try:
        rows: Callable[[Path], Iterable[tuple[int, Mapping[str, Any]]]] = reader[path.suffix.lower()]
        for number, row in rows(path):
            yield f"line {number}", row
    except OSError as error:
        raise UsageError(f"cannot read the manifest {path}: {reason_of(error)}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read the manifest {path}: {error}") from error


def _lines(path: Path) -> list[str]:
    return read_limited(str(path)).decode("utf-8-sig").splitlines()


def _text_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_lines(path), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, {"source": line.strip()}


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(_lines(path))
    if reader.fieldnames is None or "source" not in reader.fieldnames:
        raise UsageError(f"{path}: the first line has no column 'source'; columns are: {', '.join(COLUMNS)}")
    for row in reader:
        yield reader.line_num, row


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path}, line {number}: is not an object")
        yield number, row


def _parquet_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        from pyarrow import ArrowException, parquet  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise UsageError(f"{path}: Parquet needs pyarrow; run: pip install 'captioner[batch]'") from error
    try:
        rows = parquet.read_table(path).to_pylist()
    except ArrowException as error:
        raise UsageError(f"cannot read the manifest {path}: {error}") from error
    yield from enumerate(rows, 1)


def _source_of_row(row: Mapping[str, Any], folder: Path) -> Source:
    values = {column: row.get(column) or None for column in COLUMNS}
    for column, value in values.items():
        if value is not None and not isinstance(value, str) and not (column == "hotwords" and isinstance(value, list)):
            raise UsageError(f"{column} is not text")
    source = values["source"]
    if not source:
        raise UsageError("there is no source")
    words = values["hotwords"] or ()
    words = words.split(";") if isinstance(words, str) else words
    options = ManifestOptions(
        None if values["language"] is None else asked_language(values["language"]),
        values["prompt"],
        tuple(word.strip() for word in words if word.strip()),
    )
    path = path_of(source)
    address = source if path is None or path.is_absolute() else str(folder / path)
    relative = source if path is not None and not path.is_absolute() and ".." not in path.parts else PurePath(
        unquote(urlsplit(source).path) if path is None else path).name  # fmt: skip
    return Source(address, relative, values["output"], options)
