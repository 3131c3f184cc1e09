"""The journal: a backend around a backend that stores its results, so no clip is recognised, or paid for, twice.

A result is committed to a file before it is handed on. A run that is killed at any moment and started again asks the
backend only for the other clips. A result is looked up by what it depends on (`clip_key`), not by where the clip came
from: another style, another format or another cut of the same film needs no call. If the journal cannot be used, the
run goes on without it after one warning.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from captioner.backends import Backend, Hints, Recognition
from captioner.errors import BackendError, JournalNotUsable
from captioner.journal.location import JournalLocation, JournalStore
from captioner.journal.store import Store, Summary, Warn, clear, default_path, source_name, summary, warn_in_log
from captioner.values import Audio, Word

__all__ = [
    "JournalLocation",
    "JournalStore",
    "JournaledBackend",
    "Store",
    "Summary",
    "clear",
    "clip_key",
    "default_path",
    "journaled",
    "source_name",
    "summary",
]

STORED = ("ok", "empty")
"""The statuses that are stored. A clip that failed, was truncated or blocked is sent to the backend again."""

MOST_CACHED_IN_A_ROW = 32
"""Cached clips in a row that the wrapped backend may pull while it looks for one to recognise."""


def journaled(
    backend: Backend, journal: Path | JournalLocation, *, source: str | None = None, warn: Warn = warn_in_log
) -> JournaledBackend:
    """Return `backend` with a journal: the file at a path, which is created at the first clip, or another store.

    `source` is the name of the media, for `summary` and `clear`. `warn` gets a message if the journal was damaged or
    cannot be used. The backend must recognise each clip by itself; text of an earlier clip goes into the hints of a
    separate call. Closing the journaled backend closes the journal, but not `backend`.
    """
    store = Store(journal, warn) if isinstance(journal, Path) else journal.open_store(warn)
    return JournaledBackend(backend, store, None if source is None else source_name(source), warn)


def clip_key(clip: Audio, hints: Hints, backend: Backend) -> bytes:
    """Return SHA-256 over all that can change the text: audio, hints, backend, its model and its `fingerprint`.

    The audio counts as little-endian 16-bit PCM, as it is sent to a service: clips with the same bytes cost one call.
    The clip's `start` does not count: a clip has the same key at any position.
    """
    traits = backend.traits
    name, model, fingerprint = traits.name, traits.model, traits.fingerprint
    asked = [name, model, fingerprint, hints.language, hints.prompt, hints.hotwords, clip.sample_rate]
    pcm = np.clip(np.rint(clip.samples * 32768), -32768, 32767).astype("<i2")
    # JSON ends at its closing bracket, so two different sets of facts never give the same bytes.
    return hashlib.sha256(json.dumps(asked).encode("ascii") + pcm.tobytes()).digest()


class JournaledBackend:
    """A backend around a backend that stores its results; see `journaled`."""

    def __init__(self, backend: Backend, store: JournalStore, source: str | None, warn: Warn) -> None:
        self.traits = backend.traits
        self._backend, self._store, self._source, self._warn = backend, store, source, warn
        self._readable = self._writable = True

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        pending = _PendingClips(clips, lambda clip: self._look_up(clip, hints))
        recognitions: Iterator[Recognition] = iter(())
        while (clip := pending.next()) is not None:
            if clip.cached is not None:
                yield clip.cached
                continue
            recognition = next(recognitions, None)
            if recognition is None and pending.untaken:  # the backend's last call is complete; a new one starts
                recognitions = self._backend.transcribe(pending.uncached(), hints)
                recognition = next(recognitions, None)
            if recognition is None or pending.untaken:  # never store a result under the key of another clip
                raise BackendError(self.traits.name, "it does not return one result for each clip")
            self._add(clip, recognition)
            yield recognition

    def close(self) -> None:
        self._store.close()

    def stored(self, clip: Audio, hints: Hints) -> Recognition | None:
        """Return the stored result of a clip; None if the backend must recognise it."""
        return self._look_up(clip, hints).cached

    def _look_up(self, clip: Audio, hints: Hints) -> _PendingClip:
        key = clip_key(clip, hints, self._backend)
        return _PendingClip(key, clip.start, self._cached(key, clip.start))

    def _cached(self, key: bytes, start: float) -> Recognition | None:
        if not self._readable:
            return None
        try:
            answer = self._store.find(key)
        except JournalNotUsable as error:
            self._stop_writing(error)
            self._readable = False
            return None
        return None if answer is None else _from_json(answer, start)

    def _add(self, clip: _PendingClip, recognition: Recognition) -> None:
        if not self._writable or recognition.status not in STORED:
            return
        try:
            self._store.add(clip.key, self._source, _to_json(recognition, clip.start))
        except JournalNotUsable as error:
            self._stop_writing(error)

    def _stop_writing(self, error: JournalNotUsable) -> None:
        """Write no more in this run. Reading goes on if it can: the rows of a full disk still save calls."""
        if self._writable:
            self._warn(f"{error}; results from here on are not stored")
        self._writable = False


@dataclass(frozen=True)
class _PendingClip:
    """A clip that was pulled and has no result yet, without its samples."""

    key: bytes
    start: float
    """Seconds on the media's clock."""
    cached: Recognition | None
    """The stored result, or None if the backend must recognise the clip."""


class _PendingClips:
    """The clips that were pulled and have no result yet, in order.

    Two consumers pull from one source: the journal, when no clip is pending, and the wrapped backend, which works ahead
    and gets only the clips that are not cached. It may pull in a thread of its own, hence the lock. `next` takes a
    pending clip without the lock, since a thread that pulls from a live source holds it until the next speech.
    """

    def __init__(self, clips: Iterable[Audio], look_up: Callable[[Audio], _PendingClip]) -> None:
        self._clips = iter(clips)
        self._look_up = look_up
        self._pending: deque[_PendingClip] = deque()
        self._uncached: Audio | None = (
            None  # the clip pulled last, if it is not cached and the backend has not taken it
        )
        self._lock = Lock()

    @property
    def untaken(self) -> bool:
        """Whether the wrapped backend has yet to take the clip that `next` returned last."""
        return self._uncached is not None

    def next(self) -> _PendingClip | None:
        """Return the next clip, or None after the last."""
        if not self._pending:
            with self._lock:
                if not self._pending:
                    self._pull()
        return self._pending.popleft() if self._pending else None

    def uncached(self) -> Iterator[Audio]:
        """Yield the clips for the wrapped backend.

        It ends at a long run of cached clips, so that they do not pile up.
        """
        cached_in_a_row = 0
        while cached_in_a_row < MOST_CACHED_IN_A_ROW:
            with self._lock:
                if self._uncached is None and not self._pull():
                    return
                clip, self._uncached = self._uncached, None
            if clip is None:
                cached_in_a_row += 1
            else:
                cached_in_a_row = 0
                yield clip

    def _pull(self) -> bool:
        clip = next(self._clips, None)
        if clip is None:
            return False
        pending = self._look_up(clip)
        self._uncached = clip if pending.cached is None else None
        self._pending.append(pending)
        return True


def _to_json(recognition: Recognition, start: float) -> str:
    """Return a result as JSON, with the second at which its clip starts."""
    return json.dumps(asdict(recognition) | {"clip_start": start}, default=float)  # float: a plug-in may use numpy's


def _from_json(answer: str, start: float) -> Recognition | None:
    """Return a result for the same clip at `start` seconds, its words moved there; None if the row is damaged."""
    try:
        fields = json.loads(answer)
        shift = start - fields.pop("clip_start")  # 0.0 at the same start, where times must stay the same to the bit
        words = tuple(_shifted(**word, shift=shift) for word in fields.pop("words"))
        return Recognition(**fields | {"words": words, "cached": True})
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _shifted(start: float, end: float, text: str, confidence: float | None, *, shift: float) -> Word:
    return Word(max(0.0, start + shift), max(0.0, end + shift), text, confidence)
