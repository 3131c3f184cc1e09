"""Runs the server: uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from threading import Thread

import uvicorn

from captioner.errors import UsageError
from captioner.live.server.app import ServerContent, make_app
from captioner.web.limited_protocol import LimitedProtocol, max_connections

_DELIVERY_TIME = 0.2  # seconds in which viewers get the end of the feed

SHUTDOWN_TIMEOUT = 2
"""Seconds that viewers have to disconnect."""

REPEAT_FAULT = 60.0
"""Seconds after which the same fault of the server is printed again."""


class LiveServer:
    """Serves `content` at an address, `PORT` or `HOST:PORT`, until it is closed.

    Faults are given to `warn`, each as one line. Raises `UsageError` for an address that is malformed or in use.
    """

    def __init__(self, content: ServerContent, address: str, warn: Callable[[str], object] = lambda line: None) -> None:
        self._content = content
        self._socket = _listening(address)
        self._faults = _FaultLines(warn)
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).addHandler(self._faults)
            logging.getLogger(name).propagate = False
        config = uvicorn.Config(
            make_app(content, address.rpartition(":")[0]),
            http=LimitedProtocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            backlog=max_connections() // 8,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="server", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The address of the server, with the port it listens on."""
        host, *_ = self._socket.getsockname()
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._socket.getsockname()[1]
        return port

    def close(self) -> None:
        """End the feed of every viewer, and stop."""
        self._content.feed.close()
        time.sleep(_DELIVERY_TIME)
        self._server.should_exit = True
        self._thread.join(SHUTDOWN_TIMEOUT + 1)
        self._socket.close()
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).removeHandler(self._faults)
            logging.getLogger(name).propagate = True

    async def _serve(self) -> None:
        self._content.feed.open()
        await self._server.serve(sockets=[self._socket])


class _FaultLines(logging.Handler):
    """Gives each fault that is logged to `warn`, as one line, and the same one not again for a minute."""

    def __init__(self, warn: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._warn = warn
        self._last: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        line = (f"{type(error).__name__}: {error}" if error else record.getMessage()).split("\n")[0]
        now = time.monotonic()
        self._last = {each: at for each, at in self._last.items() if now - at < REPEAT_FAULT}
        if line not in self._last:
            self._last[line] = now
            self._warn(f"server: {line}")


def _listening(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"--serve {address}: not an address; use PORT or HOST:PORT")
    try:
        listening = socket.create_server((host.strip("[]") or "127.0.0.1", int(port)), reuse_port=False)
        # Every connection inherits it: no response waits 40 ms for the viewer to acknowledge the one before.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise UsageError(f"--serve {address}: {(error.strerror or str(error)).lower()}; use another port") from error
