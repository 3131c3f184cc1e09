"""A backend whose runs can be stopped between two clips."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from captioner.backends.contract import Backend, Hints, Recognition
from captioner.errors import BackendError
from captioner.values import Audio


class StoppableBackend:
    """A backend that takes no further clip once `stopped` is set, and raises `BackendError` instead."""

    def __init__(self, backend: Backend, stopped: threading.Event | None = None) -> None:
        self.traits = backend.traits
        self.stopped = stopped or threading.Event()
        self._backend = backend

    def transcribe(self, clips: Iterable[Audio], hints: Hints) -> Iterator[Recognition]:
        return self._backend.transcribe(self._until_stopped(clips), hints)

    def close(self) -> None:
        self._backend.close()

    def _until_stopped(self, clips: Iterable[Audio]) -> Iterator[Audio]:
        for clip in clips:
            if self.stopped.is_set():
                raise BackendError(self.traits.name, "the run was stopped")
            yield clip
