"""A backend around a backend that remembers: what was heard once is never asked, or paid, again.

An answer is committed to a file before it is handed on, so a run that is killed at any instant and started again asks
only for what it had not heard. It is found again by what went into it (`clip_key`), not by where it came from: another
style, another format or another cut of the same film cost no call. A journal that cannot be used costs memory, never
the run: it warns once, and the answers go on.
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
from captioner.journal.store import Store, Summary, Warn, clear, default_path, spelled, summary, warn_in_log
from captioner.values import Audio, Word

__all__ = ["Summary", "clear", "clip_key", "default_path", "journaled", "summary"]

KEPT = ("ok", "empty")
"""The statuses that are answers. A clip that failed, was cut short or was refused is asked again."""

PASS_OVER = 32
"""How many remembered clips in a row the wrapped backend may pull past while it looks for one to work on."""


def journaled(backend: Backend, path: Path, *, source: str | None = None, warn: Warn = warn_in_log) -> Backend:
    """`backend`, remembering in the file at `path`, which is made when the first clip comes.

    `source` names what is being heard, for `summary` and `clear`. `warn` is told, in one sentence, when the journal was
    damaged or cannot be used. The backend must hear each clip by itself: what one clip tells another goes into the
    hints of a call of its own. It stays its owner's: closing the journaled one closes the journal alone.
    """
    return _Journaled(backend, Store(path, warn), None if source is None else spelled(source), warn)


def clip_key(clip: Audio, hints: Hints, backend: Backend) -> bytes:
    """SHA-256 over all that can change the text: the sound, the hints, the backend, its model and its `fingerprint`.

    The sound is taken as little-endian 16-bit PCM, the way it travels: clips that are the same bytes on the wire cost
    one call. Their `start` is left out, so a clip is known again wherever it stands.
    """
    traits = backend.traits
    name, model, fingerprint = traits.name, traits.model, traits.fingerprint
    asked = [name, model, fingerprint, hints.language, hints.prompt, hints.hotwords, clip.sample_rate]
    pcm = np.clip(np.rint(clip.samples * 32768), -32768, 32767).astype("<i2")
    # JSON ends where its bracket closes, so no two sets of facts run into the same bytes.
    return hashlib.sha256(json.dumps(asked).encode("ascii") + pcm.tobytes()).digest()


class _Journaled:
    def __init__(self, backend: Backend, store: Store, source: str | None, warn: Warn) -> None:
        self.traits = backend.traits
        self._backend, self._store, self._source, self._warn = backend, store, source, warn
        self._readable = self._writable = True

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        line = _ClipLine(clips, lambda clip: self._look_up(clip, hints))
        answers: Iterator[Recognition] = iter(())
        while (place := line.step()) is not None:
            if place.remembered is not None:
                yield place.remembered
                continue
            heard = next(answers, None)
            if heard is None and line.untaken:  # the backend's last stretch of work is over; this clip begins another
                answers = self._backend.transcribe(line.unknown(), hints)
                heard = next(answers, None)
            if heard is None or line.untaken:  # answers that have slipped would be remembered for ever
                raise BackendError(self.traits.name, "it does not give one answer for each clip")
            self._remember(place, heard)
            yield heard

    def close(self) -> None:
        self._store.close()

    def _look_up(self, clip: Audio, hints: Hints) -> _Place:
        key = clip_key(clip, hints, self._backend)
        return _Place(key, clip.start, self._recall(key, clip.start) if self._readable else None)

    def _recall(self, key: bytes, start: float) -> Recognition | None:
        try:
            rows = self._store.execute("SELECT answer FROM heard WHERE key = ?", key)
        except JournalNotUsable as error:
            self._give_up(error)
            self._readable = False
            return None
        return _read(rows[0][0], start) if rows else None

    def _remember(self, place: _Place, heard: Recognition) -> None:
        if not self._writable or heard.status not in KEPT:
            return
        row = (place.key, self._source, _written(heard, place.start))
        try:
            self._store.execute("INSERT OR REPLACE INTO heard VALUES (?, ?, ?)", *row)
        except JournalNotUsable as error:
            self._give_up(error)

    def _give_up(self, error: JournalNotUsable) -> None:
        """Write no more in this run. Reading goes on where it can: a full disk still saves calls."""
        if self._writable:
            self._warn(f"{error}; what is heard from here on is not remembered")
        self._writable = False


@dataclass(frozen=True)
class _Place:
    """A clip's place in the order, its sound left out: `start` in seconds, `remembered` if nobody need be asked."""

    key: bytes
    start: float
    remembered: Recognition | None


class _ClipLine:
    """The clips that were pulled and are not yet answered, in order.

    Two pull from one source: the journal, when nothing waits, and the wrapped backend, which works ahead and is given
    the unknown clips only. It may pull on a thread of its own, hence the lock. A place that waits is stepped to without
    the lock, for whoever pulls from a live source holds it until somebody speaks.
    """

    def __init__(self, clips: Iterable[Audio], look_up: Callable[[Audio], _Place]) -> None:
        self._clips = iter(clips)
        self._look_up = look_up
        self._places: deque[_Place] = deque()
        self._unknown: Audio | None = None  # the clip pulled last, if it is unknown and nobody works on it yet
        self._lock = Lock()

    @property
    def untaken(self) -> bool:
        """Whether the place stepped to last is that of a clip which the wrapped backend has yet to take."""
        return self._unknown is not None

    def step(self) -> _Place | None:
        """The next place, None after the last."""
        if not self._places:
            with self._lock:
                if not self._places:
                    self._pull()
        return self._places.popleft() if self._places else None

    def unknown(self) -> Iterator[Audio]:
        """What the wrapped backend works on. It ends early rather than let a long remembered stretch pile up."""
        passed_over = 0
        while passed_over < PASS_OVER:
            with self._lock:
                if self._unknown is None and not self._pull():
                    return
                clip, self._unknown = self._unknown, None
            if clip is None:
                passed_over += 1
            else:
                passed_over = 0
                yield clip

    def _pull(self) -> bool:
        clip = next(self._clips, None)
        if clip is None:
            return False
        place = self._look_up(clip)
        self._unknown = clip if place.remembered is None else None
        self._places.append(place)
        return True


def _written(heard: Recognition, start: float) -> str:
    """An answer as JSON, with the second at which its clip began."""
    return json.dumps(asdict(heard) | {"clip_start": start}, default=float)  # float: a plug-in may answer in numpy's


def _read(answer: str, start: float) -> Recognition | None:
    """An answer for the same clip at `start` seconds, its words moved there; None where the row is damaged."""
    try:
        fields = json.loads(answer)
        shift = start - fields.pop("clip_start")  # 0.0 at the same place, where times must not change by one bit
        words = tuple(_moved(**word, shift=shift) for word in fields.pop("words"))
        return Recognition(**fields | {"words": words, "cached": True})
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _moved(start: float, end: float, text: str, confidence: float | None, *, shift: float) -> Word:
    return Word(max(0.0, start + shift), max(0.0, end + shift), text, confidence)
