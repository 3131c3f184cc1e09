"""Decides what a run of a batch has to do: which sources wait, which are done, and which are left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from captioner.batch.batch_worker import WorkerSettings
from captioner.batch.job import BatchJob, ResultPattern
from captioner.batch.ledger import Entry, Ledger, Planned
from captioner.batch.sources import Source
from captioner.media import path_of
from captioner.result_records import ResultRecords

WITHOUT_EFFECT = ("backend", "journal", "on_progress")
"""Options that change no result; the backend of a run is named in the settings of its workers."""


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
    return [_planned(source, patterns[source.address], repr(asked)) for source in sources]


def _planned(source: Source, pattern: ResultPattern, asked: str) -> Planned:
    size, modified = _size_and_time(source.address)
    facts = repr((source.address, size, modified, source.options, pattern, asked))
    return Planned(source.address, hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()[:32], size)


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
    again, jobs = [], []
    for source in sources:
        entry, pattern = entries[source.address], patterns[source.address]
        if not _is_due(entry, renewal):
            continue
        if not renewal.overwrite and (reason := _in_the_way(entry, pattern, settings.suffixes(), records)):
            ledger.skip(source.address, reason)
            continue
        if entry.state != "waiting":
            again.append(source.address)
        jobs.append((entry.size, BatchJob(source.address, pattern, source.options)))
    ledger.requeue(again)
    return [job for _, job in sorted(jobs, key=lambda sized: -sized[0])]


def _is_due(entry: Entry, renewal: Renewal) -> bool:
    if entry.state in ("waiting", "skipped"):
        return True
    if entry.state == "failed":
        return renewal.retry_failed
    if entry.state == "lost" and renewal.retry_failed:
        return True
    return not all(Path(result.path).exists() for result in entry.results)


def _in_the_way(entry: Entry, pattern: ResultPattern, suffixes: Iterable[str], records: ResultRecords) -> str | None:
    """Return why a result must not be overwritten, or None if there is none or all are as captioner wrote them."""
    known = {result.path: result.sha256 for result in entry.results}
    for suffix in suffixes:
        for path in _existing(pattern, suffix):
            record = records.find(Path(path))
            if path in known and _sha256(path) == known[path]:
                continue
            if record is None and path not in known:
                return f"{path} exists (use --overwrite)"
            if record is None or record.edited:
                return f"{path} was edited (use --overwrite)"
    return None


def _existing(pattern: ResultPattern, suffix: str) -> list[str]:
    path = pattern.path("{lang}", suffix)
    if "{lang}" not in path:
        return [path] if Path(path).exists() else []
    folder, name = Path(path).parent, Path(path).name
    return sorted(map(str, folder.glob(escape(name).replace("{lang}", "*"))))


def _sha256(path: str) -> str | None:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
