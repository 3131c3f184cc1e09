"""The ASGI application of the server: its routes, behind the checks of host, origin and key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from captioner.server import health, metrics, session_routes
from captioner.server.access_check import AccessCheck
from captioner.server.documents import document_routes, media_routes, save_routes, transform_routes
from captioner.server.failure_response import route_failure
from captioner.server.glm_api import glm_routes
from captioner.server.jobs import job_routes
from captioner.server.metrics import RequestMeter
from captioner.server.openai_api import openai_routes
from captioner.server.openapi import openapi_routes
from captioner.server.page import page_routes
from captioner.server.realtime import realtime_routes
from captioner.server.server_context import ServerContext
from captioner.server.uploads import upload_routes
from captioner.web.origins import OriginCheck

PARTS = (
    health,
    metrics,
    openapi_routes,
    session_routes,
    job_routes,
    upload_routes,
    glm_routes,
    openai_routes,
    realtime_routes,
    document_routes,
    transform_routes,
    media_routes,
    save_routes,
    page_routes,
)
"""The parts of the server, each with a function `routes`."""


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
        for models in filter(None, (context.models, context.translating)):
            await models.close()
        context.documents.close()

    routes: list[BaseRoute] = [route for part in PARTS for route in part.routes()]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: route_failure})
    app.state.context = context
    host = context.options.address.rpartition(":")[0].strip("[]")
    checked = OriginCheck(AccessCheck(app, context.keys, context.jobs.store), context.options.origins, host)
    app.state.meter = RequestMeter(checked, context)
    return app.state.meter  # type: ignore[no-any-return]
