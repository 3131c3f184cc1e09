"""HTTP over connections that have limits: their number, and the time for which nothing comes or goes."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 500
"""Connections at a time, and at most half of the descriptors that the process may open: files need some too."""

REQUEST_TIMEOUT = 10.0
"""Seconds in which a client must send the head of a request, and send the next one over the same connection."""

LEAST_BODY = 512
"""Bytes of a body that must come in `REQUEST_TIMEOUT / 2` seconds."""

BODY_LOOKS = 6
"""Looks at a connection in a row after which it is closed, if less came of the body each time."""

RESPONSE_LOOKS = 24
"""Looks in a row after which it is closed, if the client takes nothing of the response: players pause for minutes."""

LAST_BYTES = 1.0
"""Seconds in which the application takes the bytes that came before the client closed the connection."""


class LimitedProtocol(H11Protocol):
    """HTTP over one connection, which is closed where no request, too little of a body, or no reader comes in time.

    Beyond `max_connections` the one that has been idle for longest is closed, or else the new one.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._was_idle = False
        self._received = self._slow_looks = self._stalled_looks = 0
        self._last_bytes_until: float | None = None
        if len(self.connections) > max_connections() and not self._close_oldest():
            transport.abort()
        else:
            self._idle_since = self.loop.time()
            self._watch()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application that the client has gone, but only when it has taken the bytes that came before."""
        cycle = self.cycle
        now = self.loop.time()
        self._last_bytes_until = self._last_bytes_until or now + LAST_BYTES
        if cycle and cycle.body and not cycle.response_complete and now < self._last_bytes_until:
            self.connections.discard(self)
            self.loop.call_later(0.02, self.connection_lost, exc)
        else:
            super().connection_lost(exc)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being received or answered."""
        return self.cycle is None or self.cycle.response_complete

    def _close_oldest(self) -> bool:
        """Close the connection that has been idle for longest; returns whether there is one."""
        others = (each for each in self.connections if isinstance(each, LimitedProtocol) and each is not self)
        oldest = min((each for each in others if each.is_idle), key=lambda each: each._idle_since, default=None)
        if oldest is None:
            return False
        oldest.transport.abort()
        self.connections.discard(oldest)
        return True

    def on_response_complete(self) -> None:
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def _watch(self) -> None:
        self.loop.call_later(REQUEST_TIMEOUT / 2, self._look)

    def _look(self) -> None:
        """Close the connection if nothing has happened on it, now and at the last looks."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:  # a WebSocket by now
            return
        self._count()
        if self._was_idle and self.is_idle:
            self.transport.close()
        elif self._slow_looks >= BODY_LOOKS or self._stalled_looks >= RESPONSE_LOOKS:
            self.transport.abort()
        else:
            self._was_idle = self.is_idle
            self._watch()

    def _count(self) -> None:
        """Count the looks at which too little of a body had come, or nothing of the response was taken."""
        expects_body = not self.is_idle and self.cycle.more_body and not self.flow.read_paused
        is_slow = expects_body and self._received < LEAST_BODY
        self._slow_looks = self._slow_looks + 1 if is_slow else 0
        self._stalled_looks = self._stalled_looks + 1 if self.flow.write_paused else 0
        self._received = 0


def max_connections() -> int:
    """Connections that are served at a time."""
    try:
        import resource
    except ImportError:  # Windows
        return MAX_CONNECTIONS
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if descriptors < 0 else max(8, min(MAX_CONNECTIONS, descriptors // 2))
