"""Decides what a run of a batch has to do: which sources wait, which are done, and which are left alone."""

from __future__ import annotations

import hashlib
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

from captioner.batch.batch_worker import WorkerSettings
from captioner.batch.job import BatchJob, ResultPattern
from captioner.batch.ledger import Entry, Ledger, Planned
from captioner.batch.sources import Source
from captioner.media import path_of
from captioner.result_records import ResultRecords

WITHOUT_EFFECT = ("backend", "journal", "on_progress")
"""Options that change no result; the backend of a run is named in the settings of its workers."""


_ANY = "\0"  # stands for the language in a name, which cannot hold it otherwise
_TAG = "[A-Za-z0-9-]+"


@dataclass(frozen=True)
class Renewal:
    """Which results of earlier runs are written again."""

    retry_failed: bool = False
    """Those of sources that failed or lost speech, unless they were edited since."""

    overwrite: bool = False
    """All that lie in the way, edited or not."""


def planned_sources(
    sources: Iterable[Source], patterns: Mapping[str, ResultPattern], settings: WorkerSettings
) -> list[Planned]:
    """Return the sources with the keys by which a later run sees whether something has changed."""
    asked = {name: value for name, value in vars(settings.options).items() if name not in WITHOUT_EFFECT}
    asked |= {name: value for name, value in vars(settings).items() if name != "options"}
    digest = _digest(asked)
    return [_planned(source, patterns[source.address], digest) for source in sources]


def _planned(source: Source, pattern: ResultPattern, asked: str) -> Planned:
    size, modified = _size_and_time(source.address)
    facts = source.address, size, modified, source.options, pattern, asked
    return Planned(source.address, _digest(facts), size)


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _size_and_time(address: str) -> tuple[int, int]:
    path = path_of(address)
    try:
        found = None if path is None else path.stat()
    except OSError:  # the worker will say why
        found = None
    return (-1, -1) if found is None else (found.st_size, found.st_mtime_ns)


def jobs_to_run(
    sources: Iterable[Source],
    patterns: Mapping[str, ResultPattern],
    settings: WorkerSettings,
    ledger: Ledger,
    records: ResultRecords,
    renewal: Renewal,
) -> list[BatchJob]:
    """Bring the ledger up to date, and return the jobs of the sources that wait, the largest first.

    A source is left alone, in state `skipped`, where a result exists that captioner did not write, or that was edited
    since. A source that is done waits again if a result of it is missing.
    """
    entries = {entry.source: entry for entry in ledger.entries()}
    again, jobs, left_alone = [], [], {}
    existing = ExistingFiles()
    owners = {os.path.abspath(file.path): entry.source for entry in entries.values() for file in entry.results}  # noqa: PTH100
    for source in sources:
        entry, pattern = entries[source.address], patterns[source.address]
        if not _is_due(entry, renewal):
            continue
        if not renewal.overwrite and (
            reason := _in_the_way(entry, pattern, settings.suffixes(), records, existing, owners)
        ):
            left_alone[source.address] = reason
            continue
        if entry.state != "waiting":
            again.append(source.address)
        jobs.append((entry.size, BatchJob(source.address, pattern, source.options)))
    ledger.skip(left_alone)
    ledger.requeue(again)
    return [job for _, job in sorted(jobs, key=lambda sized: -sized[0])]


def _is_due(entry: Entry, renewal: Renewal) -> bool:
    if entry.state in ("waiting", "skipped"):
        return True
    if entry.state == "failed":
        return renewal.retry_failed
    if entry.state == "lost" and renewal.retry_failed:
        return True
    return not all(_exists(result.path) for result in entry.results)


def _in_the_way(
    entry: Entry,
    pattern: ResultPattern,
    suffixes: Iterable[str],
    records: ResultRecords,
    existing: ExistingFiles,
    owners: Mapping[str, str],
) -> str | None:
    """Return why a result must not be overwritten, or None if there is none or all are as captioner wrote them."""
    known = {result.path: result.sha256 for result in entry.results}
    for suffix in suffixes:
        for path in existing.results(pattern, suffix):
            owner = owners.get(os.path.abspath(path), entry.source)  # noqa: PTH100
            if not _same_source(owner, entry.source):
                return f"{path} has the captions of {owner} (use --overwrite)"
            if path in known and _sha256(path) == known[path]:
                continue
            record = records.find(Path(path))
            if record is None and path not in known:
                return f"{path} exists (use --overwrite)"
            if record is None or record.edited:
                return f"{path} was edited (use --overwrite)"
    return None


def _same_source(owner: str, source: str) -> bool:
    """Return whether two names stand for one source; a file that is gone, as after a move, owns nothing."""
    if owner == source or path_of(owner) is None:
        return owner == source
    try:
        return os.path.samefile(owner, source)  # noqa: PTH121
    except (OSError, ValueError):
        return not _exists(owner)


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 (Path.exists raises for a name that is too long)


class ExistingFiles:
    """The files that lie in the result folders; each folder is listed once, since it may hold many."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def results(self, pattern: ResultPattern, suffix: str) -> list[str]:
        """Return the results of a pattern that exist, in any language."""
        if not pattern.has_language:
            path = pattern.path("", suffix)
            return [path] if _exists(path) else []
        path = pattern.path(_ANY, suffix)
        name = path.removeprefix(f"{pattern.folder}/")
        start = name.split(_ANY)[0]
        names = self._listed(pattern.folder)
        first, matches = bisect_left(names, start), re.compile(re.escape(name).replace(re.escape(_ANY), _TAG)).fullmatch
        near = takewhile(lambda found: found.startswith(start), islice(names, first, None))
        return [f"{pattern.folder}/{found}" for found in near if matches(found)]

    def _listed(self, folder: str) -> list[str]:
        if folder not in self._names:
            try:
                self._names[folder] = sorted(os.listdir(folder))  # noqa: PTH208 (names are compared, not paths)
            except OSError:  # it is created with its first result
                self._names[folder] = []
        return self._names[folder]


def _sha256(path: str) -> str | None:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
