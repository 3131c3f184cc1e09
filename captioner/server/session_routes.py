"""Sessions of browsers, which cannot send a key with every request, and links that only show one job."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from captioner.server.api_keys import BEGIN_PATH, KEY_COOKIE, SESSION_PATH, SHARE_COOKIE
from captioner.server.client_json import read_object
from captioner.server.jobs.job_routes import requested_job
from captioner.server.json_errors import RouteError, with_json_errors
from captioner.server.request_context import context_of
from captioner.server.server_context import ServerContext

LARGEST_BODY = 4096
"""Bytes of a request that begins a session."""


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [
        Route(SESSION_PATH, with_json_errors(_show)),
        Route(SESSION_PATH, with_json_errors(_begin), methods=["POST"]),
        Route(SESSION_PATH, with_json_errors(_end), methods=["DELETE"]),
        Route(BEGIN_PATH, with_json_errors(_begin_by_link)),
        Route("/v1/jobs/{id}/share", with_json_errors(_share), methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    return JSONResponse(_session_json(context_of(request), request.scope["shared_job"]))


async def _begin(request: Request) -> Response:
    context, given = context_of(request), await _read(request)
    key, share = given.get("key"), given.get("share")
    if isinstance(key, str) and context.keys.is_key(key):
        return _with_cookie(request, KEY_COOKIE, context.keys.cookie_of(key), _session_json(context, None))
    if isinstance(share, str) and (job := context.keys.job_of_token(share)):
        return _with_cookie(request, SHARE_COOKIE, share, _session_json(context, job))
    raise RouteError(401, "key", "this is no key and no link of this server")


async def _begin_by_link(request: Request) -> Response:
    key, keys = request.query_params.get("key", ""), context_of(request).keys
    if not keys.is_key(key):
        raise RouteError(401, "key", "this link is of a server that has ended; run 'captioner edit' again")
    response = RedirectResponse(f"/#/job/{quote(request.query_params.get('job', ''), safe='')}", 303)
    _set_cookie(request, response, KEY_COOKIE, keys.cookie_of(key))
    return response


async def _end(request: Request) -> Response:
    response = Response(status_code=204)
    for name in (KEY_COOKIE, SHARE_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="strict")
    return response


async def _share(request: Request) -> Response:
    job = await requested_job(request)
    return JSONResponse({"token": context_of(request).keys.share_token(job.id)})


async def _read(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise RouteError(413, "too_large", f"a session takes {LARGEST_BODY} bytes at most")
    try:
        return read_object(body)
    except ValueError:
        raise RouteError(400, "form", "the body is not a JSON object that can be read") from None


def _session_json(context: ServerContext, shared_job: str | None) -> dict[str, Any]:
    traits, profile = context.models.traits, context.captioning.profile
    return {
        "keys": context.keys.are_needed,
        "read_only": shared_job is not None,
        "job": shared_job,
        "backend": traits.name if traits else None,
        "profile": profile if isinstance(profile, str) else None,
    }


def _with_cookie(request: Request, name: str, value: str, session: dict[str, Any]) -> Response:
    response = JSONResponse(session)
    _set_cookie(request, response, name, value)
    return response


def _set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, httponly=True, samesite="strict", secure=secure)
