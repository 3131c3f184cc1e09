"""The ASGI application of the server: its routes, behind the checks of host, origin and key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from captioner.server import health
from captioner.server.api_keys import OPEN_PATHS, client_of
from captioner.server.documents import document_routes, media_routes
from captioner.server.failure_response import failure_response, route_failure
from captioner.server.glm_api import glm_routes
from captioner.server.jobs import job_routes
from captioner.server.openai_api import openai_routes
from captioner.server.refusals import Failure
from captioner.server.server_context import ServerContext
from captioner.server.uploads import upload_routes
from captioner.web.origins import OriginCheck


def make_web_app(context: ServerContext) -> ASGIApp:
    """Return the ASGI application. Each part of the server gives its routes here."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        context.jobs.start()
        context.models.start_timer()
        yield
        await context.jobs.close()
        for task in context.tasks:
            task.cancel()
        await asyncio.gather(*context.tasks, return_exceptions=True)
        await context.models.close()
        context.jobs.store.close()
        context.documents.close()

    parts = (health, job_routes, upload_routes, glm_routes, openai_routes, document_routes, media_routes)
    routes = [route for part in parts for route in part.routes()]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: route_failure})
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
            response = failure_response(scope["path"], Failure("key", "a key is needed: Authorization: Bearer KEY"))
            response.headers["WWW-Authenticate"] = "Bearer"
            await response(scope, receive, send)
