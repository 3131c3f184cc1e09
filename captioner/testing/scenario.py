"""The texts, faults and delays of the service, and the requests that it has received."""

from __future__ import annotations

import hmac
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from captioner.backends import Backend, Hints
from captioner.testing.faults import Fault, error
from captioner.testing.requests import ServiceRequest

Texts = Mapping[str, str] | Callable[[ServiceRequest], str] | Backend
"""Texts by the `audio_key` of a clip ("" for any other), a function of the request, or a backend that recognises it."""

Faults = Mapping[Any, Fault | Sequence[Fault | None]]
"""Faults by the number of a request, counted from 0 in order of arrival, or by the `audio_key` of a clip.

A fault of a clip is repeated each time the clip is sent; a sequence is used up one by one."""

Latency = float | Callable[[ServiceRequest], float]
"""Seconds that a response takes, or a function of the request."""


class Scenario:
    """The state of the service, for any number of threads. A request beyond `concurrency` gets error 1302."""

    def __init__(self, texts: Texts, faults: Faults, latency: Latency, concurrency: int | None, key: str) -> None:
        self._texts, self._faults, self._latency = texts, faults, latency
        self._concurrency, self.key = concurrency, key
        self.requests: list[ServiceRequest] = []
        self.refusals: list[str] = []
        self.peak = 0
        self.closing = threading.Event()
        self._sent: Counter[str] = Counter()  # by the key of a clip that has a sequence of faults
        self._arrived = self._in_flight = 0
        self._request_ids: set[str] = set()
        self._lock, self._backend_lock = threading.Lock(), threading.Lock()

    def arrive(self) -> int:
        """Count a request as in flight; returns its number."""
        with self._lock:
            self._in_flight += 1
            self.peak = max(self.peak, self._in_flight)
            self._arrived += 1
            return self._arrived - 1

    def leave(self, request: ServiceRequest | None) -> None:
        """Count a request as done; `request` is None if it was refused unread."""
        with self._lock:
            self._in_flight -= 1
            if request is not None:
                self._request_ids.discard(request.fields.get("request_id", ""))

    def accepts(self, authorization: str) -> bool:
        """Return whether the header holds the key."""
        return hmac.compare_digest(authorization.encode(), f"Bearer {self.key}".encode())

    def fault_for(self, request: ServiceRequest) -> Fault | None:
        """Return the fault for this request, by the rules of the service or by the test; None for a text."""
        with self._lock:
            self.requests.append(request)
            if (request_id := request.fields.get("request_id")) in self._request_ids:
                return error("1231", message="request_id is in use")
            if request_id:
                self._request_ids.add(request_id)
            if self._concurrency is not None and self._in_flight > self._concurrency:
                return error("1302")
            key = request.audio_file.key
            fault = self._faults.get(request.index) or self._faults.get(key)
            if not isinstance(fault, Sequence):
                return fault
            turn = self._sent[key]
            self._sent[key] += 1
            return fault[turn] if turn < len(fault) else None

    def text_for(self, request: ServiceRequest) -> str:
        if isinstance(self._texts, Mapping):
            return self._texts.get(request.audio_file.key, "")
        if not isinstance(self._texts, Backend):
            return self._texts(request)
        with self._backend_lock:  # a backend need not be thread-safe
            hints = Hints(prompt=request.fields.get("prompt"), hotwords=tuple(request.hotwords))
            (recognition,) = self._texts.transcribe([request.audio_file.audio], hints)
            return recognition.text

    def wait_for(self, request: ServiceRequest) -> None:
        """Sleep for the latency of this request, or until the service closes."""
        self.closing.wait(self._latency(request) if callable(self._latency) else self._latency)
