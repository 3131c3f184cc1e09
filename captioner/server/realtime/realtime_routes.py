"""The route of the realtime API."""

from __future__ import annotations

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from captioner.errors import CaptionerError
from captioner.server.realtime.realtime_connection import RealtimeConnection
from captioner.server.request_context import client_name, context_of
from captioner.server.work_queue import QueueFull

PROTOCOL = "realtime"
"""The subprotocol that browsers ask for; they send the key as another one, since they cannot send headers."""

BETA_HEADER, BETA_PROTOCOL = "realtime=v1", "openai-beta.realtime-v1"

BUSY, BROKEN = 1013, 1011
"""WebSocket's codes for a server that has no room, and for one that failed."""


def routes() -> list[BaseRoute]:
    """Return the routes of this part."""
    return [WebSocketRoute("/v1/realtime", _realtime)]


async def _realtime(socket: WebSocket) -> None:
    context, offered = context_of(socket), socket.scope.get("subprotocols", [])
    beta = BETA_PROTOCOL in offered or socket.headers.get("openai-beta") == BETA_HEADER
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    try:
        async with context.live_turns.slot(client_name(socket)), context.models.use() as backend:
            await RealtimeConnection(socket, backend, context.captioning, beta=beta).serve()
    except QueueFull:
        await socket.close(BUSY, "the server has too many realtime clients; try again later")
    except CaptionerError as error:
        await socket.close(BROKEN, str(error)[:120])
