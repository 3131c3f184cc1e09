"""Where results go, and how files are read and written: a result appears whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from captioner.errors import FormatError, OutputNotWritten, UnknownName, UsageError
from captioner.formats import (
    UNKNOWN_PROGRAMME,
    Contents,
    Format,
    Programme,
    format_named,
    format_of_file,
    format_of_path,
)
from captioner.media import atomic_write, path_of

STANDARD = "-"
"""As a source standard input, as a target standard output."""


@dataclass(frozen=True)
class Target:
    """One result: its format, and the path it gets, None for standard output."""

    format: Format
    path: Path | None

    @property
    def exists(self) -> bool:
        """Whether there is a result already; a pipe or a device is none."""
        return self.path is not None and _exists(self.path) and not _is_special(self.path)


@dataclass(frozen=True)
class Job:
    """One source and all its results."""

    source: str
    targets: tuple[Target, ...]

    @property
    def arrow(self) -> str:
        """`" -> a.srt, a.vtt"` for a message; nothing for standard output."""
        paths = ", ".join(str(target.path) for target in self.targets if target.path is not None)
        return f" -> {paths}" if paths else ""


def plan(
    sources: Sequence[str], *, output: str | None, directory: str | None, formats: Sequence[str]
) -> tuple[Job, ...]:
    """All jobs of a run. Raises `UsageError` before anything is done, if two results would share a path."""
    if output == "":
        raise UsageError("-o '' names no file")
    if output is not None and (directory is not None or len(sources) > 1 or len(formats) > 1):
        raise UsageError("-o takes one input and one format; use -d for more")
    if output is not None:
        jobs = [Job(sources[0], (_named_target(output, formats),))]
    else:
        chosen = [format_named(name) for name in formats or ("srt",)]
        jobs = [Job(source, tuple(_target(source, directory, chosen))) for source in sources]
    _refuse_clashes(jobs)
    return tuple(jobs)


def _named_target(output: str, formats: Sequence[str]) -> Target:
    if output == STANDARD:
        return Target(format_named(formats[0] if formats else "srt"), None)
    path = Path(output)
    if path.is_dir() or output.endswith(("/", os.sep)):
        raise UsageError(f"-o {output} is a folder, not a file; use -d")
    return Target(format_named(formats[0]) if formats else format_of_path(path), path)


def _target(source: str, directory: str | None, formats: Sequence[Format]) -> Iterable[Target]:
    if source == STANDARD and directory is None:
        if len(formats) > 1:
            raise UsageError("standard input with several formats needs -d")
        return [Target(formats[0], None)]
    folder = _folder(source) if directory is None else Path(directory)
    return [Target(format, folder / (stem_of(source) + format.suffix)) for format in formats]


def _folder(source: str) -> Path:
    path = path_of(source)
    return Path() if path is None else path.parent


def stem_of(source: str) -> str:
    """The name of a source without folder and end, from which its results have theirs."""
    if source == STANDARD:
        return "stdin"
    return (path_of(source) or Path(urlsplit(source).path)).stem or "captions"


def _refuse_clashes(jobs: Iterable[Job]) -> None:
    taken: dict[Path, str] = {}
    for job in jobs:
        for path in (target.path for target in job.targets if target.path is not None):
            if job.source != STANDARD and (source := path_of(job.source)) and same_file(path, source):
                raise UsageError(f"{job.source} would be overwritten by its own captions; use -o")
            if path in taken:
                raise UsageError(f"{taken[path]} and {job.source} would both become {path}; use -o for one")
            taken[path] = job.source


def refuse_report_over(path: Path, jobs: Iterable[Job]) -> None:
    """Raises `UsageError` if a report at `path` would take the place of a source or of its captions."""
    for job in jobs:
        for other in (path_of(job.source), *(target.path for target in job.targets if target.path is not None)):
            if other and same_file(path, other):
                raise UsageError(f"--report {path} would overwrite {other}; name another file")


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths mean one file, which may not be there yet."""
    return one.absolute() == other.absolute() or (_exists(one) and _exists(other) and one.samefile(other))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, say: it is told when the file is opened
        return False


def _is_special(path: Path) -> bool:
    """Whether a path is a pipe or a device, into which one writes and which nothing may replace."""
    return _exists(path) and not path.is_file() and not path.is_dir()


def without_existing(
    jobs: Iterable[Job], *, overwrite: bool, say: Callable[[str], None], more: bool = False
) -> tuple[Job, ...]:
    """The jobs without the results that are there already: they are left alone, and said, unless `overwrite`.

    A job without any is none, unless there is `more` to do.
    """
    return tuple(job for job in (_without_existing(job, overwrite, say) for job in jobs) if job.targets or more)


def _without_existing(job: Job, overwrite: bool, say: Callable[[str], None]) -> Job:
    there = [target for target in job.targets if target.exists and not overwrite]
    for target in there:
        say(f"{target.path} is there already and is left alone; --overwrite writes it anew")
    return Job(job.source, tuple(target for target in job.targets if target not in there))


def read_captions(
    path: str,
    format: Format | None = None,
    programme: Programme = UNKNOWN_PROGRAMME,
    *,
    encoding: str | None = None,
    strict: bool = False,
) -> tuple[Format, Contents]:
    """What a caption file holds, and its format, which the file itself tells where it is not given.

    `programme` is what its reader knows beside: a file that counts frames may not say how many there are in a second.

    `strict` refuses what would be lost or had to be mended. Raises `FormatError`, which names the file, and
    `UnknownName`.
    """
    return captions_in(read_bytes(path), path, format, programme, encoding=encoding, strict=strict)


def read_bytes(path: str) -> bytes:
    """A caption file. Raises `FormatError`."""
    try:
        return sys.stdin.buffer.read() if path == STANDARD else Path(path).read_bytes()
    except OSError as error:
        raise FormatError(path, (error.strerror or str(error)).lower()) from error


def captions_in(
    data: bytes,
    path: str,
    format: Format | None = None,
    programme: Programme = UNKNOWN_PROGRAMME,
    *,
    encoding: str | None = None,
    strict: bool = False,
) -> tuple[Format, Contents]:
    """As `read_captions`, of a file that was read."""
    format = format or _format_told(path, data)
    try:
        return format, format.read(data, programme, encoding=encoding, strict=strict)
    except FormatError as error:
        raise FormatError(path, str(error)) from error


def _format_told(path: str, data: bytes) -> Format:
    try:
        return format_of_file(path, data)
    except UnknownName as error:
        if path != STANDARD:
            raise
        raise UsageError("standard input does not tell its format; where --from cannot say it, name a file") from error


def write_whole(path: Path | None, file: str | bytes) -> None:
    """Write a result so that it appears whole or not at all; None is standard output. Raises `OutputNotWritten`."""
    data = file.encode("utf-8") if isinstance(file, str) else file
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        if _is_special(path):
            path.write_bytes(data)
        else:
            with atomic_write(path) as unfinished:
                unfinished.write_bytes(data)
    except OSError as error:
        raise OutputNotWritten(str(path), (error.strerror or str(error)).lower()) from error
