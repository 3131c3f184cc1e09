"""The ASGI application of the server: its routes, behind the checks of host, origin and key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from captioner.live.server.origins import OriginCheck
from captioner.server import health
from captioner.server.api_keys import OPEN_PATHS, client_of
from captioner.server.jobs import job_routes
from captioner.server.server_context import ServerContext


def make_web_app(context: ServerContext) -> ASGIApp:
    """Return the ASGI application. Each part of the server gives its routes here."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        context.jobs.start()
        yield
        await context.jobs.close()
        await context.models.close()
        context.jobs.store.close()

    app = Starlette(routes=[*health.routes(), *job_routes.routes()], lifespan=lifespan)
    app.state.context = context
    host = context.options.address.rpartition(":")[0].strip("[]")
    return OriginCheck(_KeyCheck(app, context.options.api_keys), context.options.origins, host)


class _KeyCheck:
    """Lets requests pass that bring a key, and names their client in `scope["client_name"]`."""

    def __init__(self, app: ASGIApp, keys: tuple[str, ...]) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        client = client_of(HTTPConnection(scope), self._keys)
        if client is not None:
            scope["client_name"] = client
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "a key is needed"})
        else:
            error = {"error": {"message": "a key is needed: Authorization: Bearer KEY", "code": "401"}}
            await JSONResponse(error, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
