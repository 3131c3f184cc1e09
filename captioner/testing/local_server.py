"""An HTTP server on 127.0.0.1 for tests, which runs inside a `with` block."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

MakeHandler = Callable[[Any, Any, Any], BaseHTTPRequestHandler]
"""Called by `socketserver` for each connection, with the socket, the client's address and the server."""


class LocalServer:
    """Serves each connection in a thread of its own. `port` 0 means any free one.

    An error that a handler raises is raised again at the end of the `with`; one of the connection is ignored.
    """

    def __init__(self, make_handler: MakeHandler, port: int = 0) -> None:
        self._make_handler = make_handler
        self.port = port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._server = _HttpServer(("127.0.0.1", self.port), self._make_handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._server.errors and error is None:
            raise self._server.errors[0]


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # with the default of 5, a burst of connections waits a second for the kernel's retry

    def __init__(self, address: tuple[str, int], make_handler: MakeHandler) -> None:
        super().__init__(address, make_handler)
        self.errors: list[BaseException] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep an error of a handler; one of the connection only means that the client is gone."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)

    def shutdown_request(self, request: Any) -> None:
        """Close without a shutdown first, so that a socket that lingers for 0 s is reset."""
        self.close_request(request)
