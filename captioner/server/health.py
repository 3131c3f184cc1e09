"""Whether the server works, for load balancers."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captioner.errors import FfmpegNotFound
from captioner.media import find_ffmpeg
from captioner.server.request_context import context_of
from captioner.server.server_context import ServerContext


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [Route("/healthz", _alive), Route("/readyz", _ready)]


async def _alive(request: Request) -> Response:
    """Answer while the event loop runs, however busy the workers are."""
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    """Answer 503 while work would fail: the worker does not run, the disk is full, or ffmpeg is missing."""
    context = context_of(request)
    problem = await asyncio.to_thread(_problem, context)
    health = {
        "status": problem or "ok",
        "model_loaded": context.models.is_loaded,
        "waiting": context.queue.waiting,
        "unfinished_jobs": context.jobs.unfinished,
    }
    return JSONResponse(health, 503 if problem else 200)


def _problem(context: ServerContext) -> str | None:
    """Return why the server cannot work; None if it can."""
    if not context.jobs.is_running:
        return "the worker does not run"
    try:
        find_ffmpeg()
        if context.options.disk_is_full:
            return "the disk is nearly full"
    except (FfmpegNotFound, OSError) as error:
        return str(error)
    return None
