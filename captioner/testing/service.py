"""The service itself: threads on 127.0.0.1."""

from __future__ import annotations

import hmac
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from captioner.backends import Backend, Hints
from captioner.testing.faults import Fault, error
from captioner.testing.handler import RequestHandler
from captioner.testing.requests import ServiceRequest

KEY = "0123456789abcdef.loopback-secret"

Answers = Mapping[str, str] | Callable[[ServiceRequest], str] | Backend
"""Texts by the `audio_key` of a clip ("" for any other), a function, or a backend that really hears."""

Faults = Mapping[Any, Fault | Sequence[Fault | None]]
"""By the number of a request, counted from 0 as they arrive, or by the `audio_key` of a clip: then a fault is met each
time that clip is sent, and a sequence of them one after the other until it is used up."""


class GlmService:
    """`POST {base_url}/audio/transcriptions` on a port of its own, from `with` to the end of it.

    `latency` is the time in seconds that an answer takes, or a function of the request. A request beyond `concurrency`
    is answered with 1302. What came is in `requests` (those that were understood) and `refusals` (the codes of the
    rest); `peak` is how many were in flight at once. `port` 0 is any that is free. An error of `answers` or `latency`
    is raised at the end of the `with`.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        faults: Faults | None = None,
        latency: float | Callable[[ServiceRequest], float] = 0.0,
        concurrency: int | None = None,
        key: str = KEY,
        port: int = 0,
    ) -> None:
        self.key, self.requests, self.refusals, self.peak = key, list[ServiceRequest](), list[str](), 0
        self._answers, self._latency, self._concurrency = answers, latency, concurrency
        self._faults = {} if faults is None else faults  # the caller may add to it
        self.broke: list[BaseException] = []
        self._met: Counter[str] = Counter()
        self._arrived = self._in_flight = 0
        self._in_use: set[str] = set()
        self._lock, self._hearing = threading.Lock(), threading.Lock()
        self.closing = threading.Event()
        self.port = port

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/paas/v4"

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self.port), RequestHandler)
        self._server.service = self
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self.broke and error is None:
            raise self.broke[0]

    def arrive(self) -> int:
        """A request is in flight; its number."""
        with self._lock:
            self._in_flight += 1
            self.peak = max(self.peak, self._in_flight)
            self._arrived += 1
            return self._arrived - 1

    def leave(self, request: ServiceRequest | None) -> None:
        with self._lock:
            self._in_flight -= 1
            if request is not None:
                self._in_use.discard(request.fields.get("request_id", ""))

    def opens_with(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), f"Bearer {self.key}".encode())

    def fault_for(self, request: ServiceRequest) -> Fault | None:
        """What the scenario has for this request, and what the rules of the service say."""
        with self._lock:
            self.requests.append(request)
            if (request_id := request.fields.get("request_id")) in self._in_use:
                return error("1231", message="request_id is in use")
            if request_id:
                self._in_use.add(request_id)
            if self._concurrency is not None and self._in_flight > self._concurrency:
                return error("1302")
            fault = self._faults.get(request.index) or self._faults.get(request.sound.key)
            if not isinstance(fault, Sequence):
                return fault
            turn = self._met[request.sound.key]
            self._met[request.sound.key] += 1
            return fault[turn] if turn < len(fault) else None

    def text_for(self, request: ServiceRequest) -> str:
        if isinstance(self._answers, Mapping):
            return self._answers.get(request.sound.key, "")
        if not isinstance(self._answers, Backend):
            return self._answers(request)
        with self._hearing:  # a backend need not be safe to share
            hints = Hints(prompt=request.fields.get("prompt"), hotwords=tuple(request.hotwords))
            (heard,) = self._answers.transcribe([request.sound.audio], hints)
            return heard.text

    def wait_for(self, request: ServiceRequest) -> None:
        seconds = self._latency(request) if callable(self._latency) else self._latency
        self.closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # else a burst of connections waits a second for the kernel to ask again
    service: GlmService

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what broke in us, such as the function that answers; a caller that hung up is no news."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.service.broke.append(error)

    def shutdown_request(self, request: Any) -> None:
        """Close without the polite end, so that what was told to linger for 0 seconds is reset."""
        self.close_request(request)
