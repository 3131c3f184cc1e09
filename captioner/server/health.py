"""Whether the server works, for load balancers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.server.request_context import context_of


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [Route("/healthz", _alive), Route("/readyz", _ready)]


async def _alive(request: Request) -> Response:
    """Answer while the event loop runs, however busy the workers are."""
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    context = context_of(request)
    return JSONResponse({"status": "ok", "model_loaded": context.models.is_loaded, "waiting": context.queue.waiting})
