"""Decides what a run of a batch has to do: which sources wait, which are done, and which are left alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from captioner.batch.batch_source import Source
from captioner.batch.batch_worker import WorkerSettings
from captioner.batch.existing_files import ExistingFiles, sha256_of
from captioner.batch.job import BatchJob, ResultPattern
from captioner.batch.ledger import Entry, Ledger, Planned
from captioner.batch.source_identity import folder_identity
from captioner.media import path_of
from captioner.result_records import ResultRecords
from captioner.stores import StoredObject, find_all, is_store

WITHOUT_EFFECT = ("backend", "journal", "on_progress")
"""Options that change no result; the backend of a run is named in the settings of its workers."""


@dataclass(frozen=True)
class Renewal:
    """Which results of earlier runs are written again."""

    retry_failed: bool = False
    """Those of sources that failed or lost speech, unless they were edited since."""

    overwrite: bool = False
    """All that lie in the way, and those that were edited since."""


def planned_sources(
    sources: Sequence[Source], patterns: Mapping[str, ResultPattern], settings: WorkerSettings
) -> list[Planned]:
    """Return the sources with the keys by which a later run sees whether something has changed.

    Objects of stores that were not listed are looked up. Raises `StoreNotUsable`.
    """
    asked = {name: value for name, value in vars(settings.options).items() if name not in WITHOUT_EFFECT}
    asked |= {name: value for name, value in vars(settings).items() if name not in ("options", "price")}
    digest = _digest(asked)
    looked_up = find_all([source.address for source in sources if is_store(source.address) and not source.stored])
    return [
        _planned(source, patterns[source.address], digest, source.stored or looked_up.get(source.address))
        for source in sources
    ]


def _planned(source: Source, pattern: ResultPattern, asked: str, stored: StoredObject | None) -> Planned:
    size, version = _size_and_version(source.address) if stored is None else (stored.size, stored.version)
    facts = size, version, source.options, pattern.name, asked
    return Planned(
        source.address,
        _digest(facts),
        size,
        source.identity,
        folder_identity(pattern.folder),
        pattern.folder,
    )


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _size_and_version(address: str) -> tuple[int, int]:
    path = path_of(address) if "://" in address else address
    try:
        found = None if path is None else os.stat(path)  # noqa: PTH116 (there may be 100,000)
    except (OSError, ValueError):  # the worker will say why
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
    since. A source that is done waits again if a result of it is missing, or is to be overwritten.
    """
    entries = {(entry.folder, entry.identity): entry for entry in ledger.entries()}
    again, jobs, left_alone = [], [], {}
    existing = ExistingFiles()
    owners = {_result_identity(file.path, entry.folder): entry for entry in entries.values() for file in entry.results}
    for source in sources:
        pattern = patterns[source.address]
        entry = entries[folder_identity(pattern.folder), source.identity]
        if not _is_due(entry, renewal, existing):
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


def _is_due(entry: Entry, renewal: Renewal, existing: ExistingFiles) -> bool:
    if entry.state in ("waiting", "skipped"):
        return True
    if entry.state == "failed":
        return renewal.retry_failed
    if entry.state == "lost" and renewal.retry_failed:
        return True
    if renewal.overwrite:
        return any(sha256_of(result.path) != result.sha256 for result in entry.results)
    return not all(existing.has(result.path) for result in entry.results)


def _in_the_way(
    entry: Entry,
    pattern: ResultPattern,
    suffixes: Iterable[str],
    records: ResultRecords,
    existing: ExistingFiles,
    owners: Mapping[str, Entry],
) -> str | None:
    """Return why a result must not be overwritten, or None if there is none or all are as captioner wrote them."""
    known = {result.path: result.sha256 for result in entry.results}
    for suffix in suffixes:
        for path in existing.results(pattern, suffix):
            owner = owners.get(_result_identity(path, entry.folder), entry)
            if not _same_source(owner, entry):
                return f"{path} has the captions of {owner.source} (use --overwrite)"
            if path in known and sha256_of(path) == known[path]:
                continue
            record = records.find(path)
            if record is None and path not in known:
                return f"{path} exists (use --overwrite)"
            if record is None or record.edited:
                return f"{path} was edited (use --overwrite)"
    return None


def _result_identity(path: str, folder: str) -> str:
    """Return by what a result in a folder is known."""
    return f"{folder}/{path.rpartition('/')[2]}"


def _same_source(owner: Entry, entry: Entry) -> bool:
    """Return whether two names stand for one source; a file that is gone, as after a move, owns nothing."""
    if owner.identity == entry.identity or path_of(owner.identity) is None:
        return owner.identity == entry.identity
    try:
        return os.path.samefile(owner.identity, entry.identity)  # noqa: PTH121
    except (OSError, ValueError):
        return not os.path.exists(owner.identity)  # noqa: PTH110 (Path.exists raises for a name that is too long)
