"""Runs the server until a signal ends it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn

from captioner.errors import UsageError, reason_of
from captioner.server.server_context import ServerContext
from captioner.server.web_app import make_web_app
from captioner.web.limited_protocol import LimitedProtocol

SHUTDOWN_TIMEOUT = 10
"""Seconds that running requests have to end."""


def run_server(context: ServerContext, on_start: Callable[[str], object]) -> None:
    """Serve until SIGTERM or Ctrl-C; `on_start` gets the URL. Raises `UsageError` for an address that is not allowed,
    malformed or in use."""
    options = context.options
    host, port = address_parts(options.address)
    if not options.api_keys and not is_loopback(host):
        raise UsageError(f"{options.address} can be reached by other machines, so --api-key is needed")
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(f"cannot listen at {options.address}: {reason_of(error)}; use another port") from error
    with listening, context.jobs.store.only_server():
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        on_start(f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}")
        asyncio.run(StoppableServer(server_config(context)).serve(sockets=[listening]))


class StoppableServer(uvicorn.Server):
    """A server for which SIGTERM and Ctrl-C are the usual end: it does not raise them again when it has ended."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def server_config(context: ServerContext) -> uvicorn.Config:
    """Return how uvicorn runs the application."""
    return uvicorn.Config(
        make_web_app(context),
        port=0,
        http=LimitedProtocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
    )


def address_parts(address: str) -> tuple[str, int]:
    """Return host and port of `PORT` or `HOST:PORT`; the host is 127.0.0.1 by default. Raises `UsageError`."""
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"{address}: not an address; use PORT or HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def is_loopback(host: str) -> bool:
    """Return whether only programs of this machine reach a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
