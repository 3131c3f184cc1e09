"""The GLM-ASR service for tests, on 127.0.0.1."""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import Self

from captioner.testing.handler import RequestHandler
from captioner.testing.local_server import LocalServer
from captioner.testing.requests import ServiceRequest
from captioner.testing.scenario import Faults, Latency, Scenario, Texts

KEY = "0123456789abcdef.loopback-secret"


class GlmService:
    """Serves `POST {base_url}/audio/transcriptions` inside a `with` block.

    `texts` are the texts of the clips, `faults` the requests that go wrong. `latency` is the time in seconds that a
    response takes, or a function of the request. A request beyond `concurrency` gets error 1302. `port` 0 means any
    free one. An error that `texts` or `latency` raises is raised again at the end of the `with`.
    """

    def __init__(
        self,
        texts: Texts,
        *,
        faults: Faults | None = None,
        latency: Latency = 0.0,
        concurrency: int | None = None,
        key: str = KEY,
        port: int = 0,
    ) -> None:
        faults = {} if faults is None else faults  # not `or`: the caller may add to an empty one
        self._scenario = Scenario(texts, faults, latency, concurrency, key)
        self._server = LocalServer(partial(RequestHandler, self._scenario), port)
        self.key = key

    @property
    def base_url(self) -> str:
        return f"{self._server.address}/api/paas/v4"

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def requests(self) -> list[ServiceRequest]:
        """The requests that were well formed, in order of arrival."""
        return self._scenario.requests

    @property
    def refusals(self) -> list[str]:
        """The error codes of the malformed requests."""
        return self._scenario.refusals

    @property
    def peak(self) -> int:
        """The most requests that were in flight at once."""
        return self._scenario.peak

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scenario.closing.set()
        self._server.__exit__(kind, error, trace)
