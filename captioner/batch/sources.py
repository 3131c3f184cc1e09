"""The sources of a batch: files, folders, globs, manifests and addresses, in the order in which they were given."""

from __future__ import annotations

import csv
import io
import json
import logging
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

_log = logging.getLogger("captioner.batch")

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
    here = Path.cwd()
    for name in names:
        count = 0
        for count, source in enumerate(_sources_of(name, probe), 1):  # noqa: B007
            found.setdefault(_identity(source.address, here), source)
        if not count:
            raise UsageError(f"{name}: {_nothing_found(name, probe)}")
    return list(found.values())


def _identity(address: str, here: Path) -> str:
    """Return the absolute path of a file, by which it is known however it is named; an address is its own."""
    path = path_of(address)
    return address if path is None else str(path) if path.is_absolute() else f"{here}{os.sep}{path}"


def _nothing_found(name: str, probe: bool) -> str:
    if Path(name).is_dir():
        return "no media in this folder" + ("" if probe else ", by the endings of its files; try --probe")
    return "lists no source" if name.lower().endswith(MANIFEST_SUFFIXES) else "no file matches"


def _sources_of(name: str, probe: bool) -> Iterator[Source]:
    path = path_of(name)
    if path is None:
        yield Source(name, _name_of_url(name))
    elif path.is_dir():
        yield from _files_below(path, probe)
    elif name.lower().endswith(MANIFEST_SUFFIXES):
        yield from read_manifest(path)
    elif has_magic(name) and not path.exists():
        yield from _files_of_glob(name)
    else:
        yield Source(name, path.name)


def _files_below(folder: Path, probe: bool) -> Iterator[Source]:
    """Yield the media files below a folder, in the order of their names; hidden files and folders are left out.

    A folder that cannot be read is left out with a warning.
    """
    for parent, folders, names in os.walk(folder, onerror=_warn_of_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        beginning, below = _beginning(Path(parent)), _beginning(Path(parent).relative_to(folder))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(parent, name)
            media = path.suffix.lower() in MEDIA_SUFFIXES
            if (media or probe) and _is_file(path) and (media or _has_audio(path)):
                yield Source(beginning + name, below + name)


def _warn_of_folder(error: OSError) -> None:
    _log.warning("%s: cannot be read and is left out: %s", ascii(error.filename), reason_of(error))


def _beginning(folder: Path) -> str:
    """Return what stands before the name of a file in a folder; nothing for the current one."""
    return "" if folder == Path() else str(folder / "x")[:-1]


def _is_file(path: Path) -> bool:
    """Return whether a path is no pipe or device, which reading might never end. A link to nothing fails later."""
    return path.is_file() or path.is_symlink()


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
    try:
        found = sorted(root.glob(str(Path(*parts[len(plain) :]))))
    except ValueError as error:  # such as `**.mp4`
        raise UsageError(f"{pattern} is not a glob: {error}") from error
    for path in found:
        relative = path.relative_to(root)
        if _is_file(path) and not path.is_dir() and not any(part.startswith(".") for part in relative.parts):
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
        return _name_of_url(address)
    below = ".." not in path.parts and path.absolute().is_relative_to(folder.absolute())
    return str(path.absolute().relative_to(folder.absolute())) if below else path.name


def _name_of_url(address: str) -> str:
    return PurePath(unquote(urlsplit(address).path)).name or "captions"
