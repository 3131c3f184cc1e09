"""The jobs of a run: each source and the results that are written for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from captioner.cli.work.existing_results import ExistingResults
from captioner.errors import OutputNotWritten, UsageError
from captioner.formats import Format, format_named, format_of_path
from captioner.media import path_of
from captioner.output import STANDARD, is_special, title_of
from captioner.render.containers import CONTAINERS


@dataclass(frozen=True)
class Target:
    """One result."""

    format: Format

    path: Path | None
    """The file to write; None for standard output."""

    @property
    def described(self) -> str:
        """The path, with the format where the ending of the name leaves that open: `film.xml (ttml)`."""
        is_usual = str(self.path).lower().endswith(self.format.suffix)
        return str(self.path) if is_usual else f"{self.path} ({self.format.name})"

    @property
    def exists(self) -> bool:
        """Whether the file exists; a pipe or a device does not count."""
        return self.path is not None and _exists(self.path) and not is_special(self.path)


@dataclass(frozen=True)
class Job:
    """One source and all its results."""

    source: str
    targets: tuple[Target, ...]

    @property
    def arrow(self) -> str:
        """`" -> a.srt, a.vtt"` for a message; empty for standard output."""
        paths = ", ".join(target.described for target in self.targets if target.path is not None)
        return f" -> {paths}" if paths else ""


def plan_jobs(
    sources: Sequence[str],
    *,
    output: str | None,
    directory: str | None,
    formats: Sequence[str],
    stem: Callable[[str], str | None] = title_of,
) -> tuple[Job, ...]:
    """Return all jobs of a run; `stem` gives the name of a source's results without its ending.

    Raises `UsageError` if two results would share a path, before any work is done.
    """
    if output == "":
        raise UsageError("-o has an empty file name")
    if output is not None and directory is not None:
        raise UsageError("-o and -d exclude each other; use one of them")
    if output is not None and (len(sources) > 1 or len(formats) > 1):
        raise UsageError("-o takes one input and one format; use -d for more")
    if directory is not None:
        _refuse_long_name(Path(directory))
        if Path(directory).is_file():
            raise UsageError(f"-d {directory} is a file, not a folder")
    if output is not None:
        jobs = [Job(sources[0], (_named_target(output, formats),))]
    else:
        chosen = [format_named(name) for name in formats or ("srt",)]
        jobs = [Job(source, tuple(_target(source, directory, chosen, stem))) for source in sources]
    _refuse_clashes(jobs)
    return tuple(jobs)


def _named_target(output: str, formats: Sequence[str]) -> Target:
    if output == STANDARD:
        return Target(format_named(formats[0] if formats else "srt"), None)
    path = Path(output)
    _refuse_long_name(path)
    if path.is_dir() or output.endswith(("/", os.sep)):
        raise UsageError(f"-o {output} is a folder, not a file; use -d")
    return Target(format_named(formats[0]) if formats else format_of_result(output), path)


def format_of_result(name: str) -> Format:
    """Return the format that the ending of a result's name shows.

    Raises `UsageError`, also for a folder and a video, and `OutputNotWritten` for a name that is too long.
    """
    path = Path(name)
    _refuse_long_name(path)
    if path.is_dir():
        raise UsageError(f"{name} is a folder, not a file; name the file")
    if path.suffix.lower() in CONTAINERS:
        raise UsageError(f"{name} is a video, not a caption file; 'captioner burn' and 'captioner mux' write videos")
    return format_of_path(path)


def _refuse_long_name(path: Path) -> None:
    """Raises `OutputNotWritten`, before any work is done, for a name that the file system cannot hold."""
    try:
        path.exists()
    except OSError as error:
        raise OutputNotWritten(str(path), (error.strerror or str(error)).lower()) from error


def _target(
    source: str, directory: str | None, formats: Sequence[Format], stem: Callable[[str], str | None]
) -> Iterable[Target]:
    if source == STANDARD and directory is None:
        if len(formats) > 1:
            raise UsageError("standard input with several formats needs -d")
        return [Target(formats[0], None)]
    folder = _folder(source) if directory is None else Path(directory)
    name = stem(source) or "stdin"
    return [Target(format, folder / (name + format.suffix)) for format in formats]


def _folder(source: str) -> Path:
    path = path_of(source)
    return Path() if path is None else path.parent


def _refuse_clashes(jobs: Iterable[Job]) -> None:
    taken: dict[Path, str] = {}
    for job in jobs:
        for path in (target.path for target in job.targets if target.path is not None):
            if job.source != STANDARD and (source := path_of(job.source)) and same_file(path, source):
                raise UsageError(f"{job.source} would be overwritten by its own captions; name another file with -o")
            if path in taken:
                raise UsageError(
                    f"{taken[path]} and {job.source} would both be written to {path}; use -o or -d for one"
                )
            taken[path] = job.source


def refuse_report_over(path: Path, jobs: Iterable[Job]) -> None:
    """Raises `UsageError` if a report at `path` would replace a source, its captions or a folder."""
    _refuse_long_name(path)
    if path.is_dir():
        raise UsageError(f"--report {path} is a folder, not a file")
    for job in jobs:
        for other in (path_of(job.source), *(target.path for target in job.targets if target.path is not None)):
            if other and same_file(path, other):
                raise UsageError(f"--report {path} would overwrite {other}; name another file")


def same_file(one: Path, other: Path) -> bool:
    """Return whether two paths name one file, which need not exist yet."""
    return one.absolute() == other.absolute() or (_exists(one) and _exists(other) and one.samefile(other))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is too long, which opening the file reports
        return False


def without_existing(jobs: Iterable[Job], existing: ExistingResults, *, more: bool = False) -> tuple[Job, ...]:
    """Return the jobs without the results that exist and are kept.

    Jobs with nothing left to write are dropped, unless `more` is set.
    """
    return tuple(job for job in (_without_existing(job, existing) for job in jobs) if job.targets or more)


def _without_existing(job: Job, existing: ExistingResults) -> Job:
    return Job(job.source, tuple(target for target in job.targets if not _is_kept(job.source, target, existing)))


def _is_kept(source: str, target: Target, existing: ExistingResults) -> bool:
    return target.path is not None and target.exists and existing.keeps(source, target.path)
