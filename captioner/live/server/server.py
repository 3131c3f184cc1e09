"""Runs the server: uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import time
from threading import Thread

import uvicorn

from captioner.errors import UsageError
from captioner.live.server.app import ServerContent, make_app

_DELIVERY_TIME = 0.2  # seconds in which viewers get the end of the feed

SHUTDOWN_TIMEOUT = 2
"""Seconds that viewers have to disconnect."""


class LiveServer:
    """Serves `content` at an address, `PORT` or `HOST:PORT`, until it is closed.

    Raises `UsageError` for an address that is malformed or in use.
    """

    def __init__(self, content: ServerContent, address: str) -> None:
        self._content = content
        self._socket = _listening(address)
        config = uvicorn.Config(
            make_app(content),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="server", daemon=True)
        self._thread.start()

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

    async def _serve(self) -> None:
        self._content.feed.open()
        await self._server.serve(sockets=[self._socket])


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
