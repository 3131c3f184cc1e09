"""What the workers of a Ray cluster share: an actor on the driver's machine with its journal, records and limit.

A recognition is on the disk of the driver before a worker uses it, so it is not paid for again when the worker, its
machine or the driver is lost. The actor holds nothing else: Ray starts it again if it dies, and repeats the call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.batch.shared_limit import SharedSpeechLimit
from captioner.budget import SpeechLimit
from captioner.errors import JournalNotUsable
from captioner.journal import JournalLocation, JournalStore, Store
from captioner.result_records import ResultRecords

_log = logging.getLogger("captioner.batch")


@dataclass(frozen=True)
class DriverFiles:
    """The files of the driver that its workers use; None for those that the run has not."""

    journal: JournalLocation | Path | None
    records: Path
    limit: SharedSpeechLimit | None


class _DriverActor:
    """Reads and writes the files of the driver for its workers."""

    def __init__(self, files: DriverFiles) -> None:
        self._records = ResultRecords(files.records, _log.warning)
        self._limit = files.limit
        self._journal = _opened(files.journal)

    def find(self, key: bytes) -> str | None:
        assert self._journal is not None
        return self._journal.find(key)

    def add(self, key: bytes, source: str | None, answer: str) -> None:
        assert self._journal is not None
        self._journal.add(key, source, answer)

    def add_record(self, result: Path | str, data: bytes, lost: int) -> None:
        self._records.add(result, data, lost)

    def take(self, seconds: float) -> bool:
        assert self._limit is not None
        return self._limit.take(seconds)

    def spent(self) -> float:
        assert self._limit is not None
        return self._limit.spent


def _opened(journal: JournalLocation | Path | None) -> JournalStore | None:
    if isinstance(journal, Path):
        return Store(journal, _log.warning)
    return None if journal is None else journal.open_store(_log.warning)


def start_driver_actor(ray: Any, files: DriverFiles) -> Any:
    """Return the handle of the actor, which runs on this machine."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1, scheduling_strategy=here)(_DriverActor)
    return actor.remote(files)


@dataclass(frozen=True)
class DriverJournal:
    """The location of the driver's journal, in a worker."""

    actor: Any

    def open_store(self, warn: Callable[[str], None]) -> JournalStore:
        """Return the store."""
        return _DriverStore(self.actor)


class _DriverStore:
    """The driver's journal, in a worker."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def find(self, key: bytes) -> str | None:
        answer: str | None = _answer(self._actor.find.remote(key))
        return answer

    def add(self, key: bytes, source: str | None, answer: str) -> None:
        _answer(self._actor.add.remote(key, source, answer))

    def close(self) -> None:
        pass  # other workers use it


@dataclass(frozen=True)
class DriverRecords:
    """The driver's record of results, in a worker."""

    actor: Any

    def add(self, result: Path | str, data: bytes, lost: int) -> None:
        """Record that `data` is being written to `result`."""
        place = result if isinstance(result, str) else result.absolute()  # the address of a store is the same there
        _answer(self.actor.add_record.remote(place, data, lost))


class DriverLimit(SpeechLimit):
    """The limit of the whole cluster, in a worker."""

    def __init__(self, seconds: float, described: str, actor: Any) -> None:
        super().__init__(seconds, described)
        self._actor = actor

    def __reduce__(self) -> tuple[Any, ...]:
        return DriverLimit, (self.seconds, self.described, self._actor)

    @property
    def spent(self) -> float:
        return float(_answer(self._actor.spent.remote()))

    def take(self, seconds: float) -> bool:
        return bool(_answer(self._actor.take.remote(seconds)))


@dataclass(frozen=True)
class DriverLinks:
    """What a worker gets to reach the driver's files."""

    journal: DriverJournal | None
    records: DriverRecords
    limit: DriverLimit | None


def links_to(actor: Any, files: DriverFiles) -> DriverLinks:
    """Return what a worker gets to reach the files of the actor."""
    return DriverLinks(
        journal=None if files.journal is None else DriverJournal(actor),
        records=DriverRecords(actor),
        limit=None if files.limit is None else DriverLimit(files.limit.seconds, files.limit.described, actor),
    )


def _answer(reference: Any) -> Any:
    """Return the answer of the actor. Raises the error that it met, or `JournalNotUsable` if it cannot be reached."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise JournalNotUsable("of the driver", str(error).strip().splitlines()[0]) from error
