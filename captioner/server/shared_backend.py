"""A backend that several runs use at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

from captioner.backends import Backend, Hints, Recognition
from captioner.values import Audio


class SharedBackend:
    """Lets the runs of several threads use one backend on this machine: one result at a time, in the order of asking.

    A long recording and live audio so take turns clip by clip. Closing it leaves the backend open.
    """

    def __init__(self, backend: Backend) -> None:
        self.traits = backend.traits
        self._backend, self._turns = backend, _Turns()

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        results = iter(self._backend.transcribe(clips, hints))
        while True:
            with self._turns.take():
                result = next(results, None)
            if result is None:
                return
            yield result

    def close(self) -> None:
        pass


class _Turns:
    """A lock that is given in the order of asking. A plain lock goes again and again to the thread that had it last."""

    def __init__(self) -> None:
        self._lock, self._is_taken = Lock(), False
        self._waiting: deque[Event] = deque()

    @contextmanager
    def take(self) -> Iterator[None]:
        with self._lock:
            mine = Event() if self._is_taken else None
            self._is_taken = True
            if mine is not None:
                self._waiting.append(mine)
        if mine is not None:
            mine.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._is_taken = False
