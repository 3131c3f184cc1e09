"""Manifests: lists of sources with options for each, as text, CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from captioner.batch.batch_source import Source, name_of_address
from captioner.batch.job import ManifestOptions
from captioner.errors import UsageError, reason_of
from captioner.languages import asked_language
from captioner.limited_file import read_limited
from captioner.media import path_of

COLUMNS = ("source", "language", "output", "prompt", "hotwords")
"""Of a manifest. Only `source` is needed; hotwords are parted by `;`."""


def read_manifest(path: Path) -> Iterator[Source]:
    """Yield the sources of a manifest; paths in it are relative to its folder.

    `.txt` has one source a line, `#` starts a comment. `.csv` has a header with `COLUMNS`, `.jsonl` an object a line,
    `.parquet` a table, which needs pyarrow. Raises `UsageError` with the line.
    """
    for place, row in _rows(path):
        try:
            yield replace(_source_of_row(row, path.parent), origin=f"{path}, {place}")
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
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the manifest {path}: it is not UTF-8 text; save it as UTF-8") from error
    except csv.Error as error:
        raise UsageError(f"cannot read the manifest {path}: {error}") from error


def _text(path: Path) -> str:
    return read_limited(str(path)).decode("utf-8-sig")


def _text_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, {"source": line.strip()}


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    if reader.fieldnames is None or "source" not in reader.fieldnames:
        raise UsageError(f"{path}: the first line has no column 'source'; columns are: {', '.join(COLUMNS)}")
    for row in reader:
        yield reader.line_num, row


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
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


def _can_be_name(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half of a surrogate pair, as JSON can write it
        return False


def _lies_below(path: PurePath) -> bool:
    return bool(path.name) and not path.is_absolute() and ".." not in path.parts


def _source_of_row(row: Mapping[str, Any], folder: Path) -> Source:
    values = {column: row.get(column) or None for column in COLUMNS}
    for column, value in values.items():
        texts = value if column == "hotwords" and isinstance(value, list) else [value or ""]
        if not all(isinstance(text, str) for text in texts):
            raise UsageError(f"{column} is not text")
        if not all(map(_can_be_name, texts)):
            raise UsageError(f"{column} has a character that no file name can have")
    source = values["source"]
    if not source:
        raise UsageError("there is no source")
    if values["output"] and not _lies_below(PurePath(values["output"])):
        raise UsageError(f"output {values['output']!r} is not the path of a file below -d")
    words = values["hotwords"] or ()
    words = words.split(";") if isinstance(words, str) else words
    options = ManifestOptions(
        None if values["language"] is None else asked_language(values["language"]),
        values["prompt"],
        tuple(word.strip() for word in words if word.strip()),
    )
    path = path_of(source)
    address = source if path is None or path.is_absolute() else str(folder / path)
    return Source(address, _relative(address, folder), values["output"], options)


def _relative(address: str, folder: Path) -> str:
    """Return the path of a source below the folder of its manifest; its name alone where it lies elsewhere."""
    path = path_of(address)
    if path is None:
        return name_of_address(address)
    below = ".." not in path.parts and path.absolute().is_relative_to(folder.absolute())
    return str(path.absolute().relative_to(folder.absolute())) if below else path.name
