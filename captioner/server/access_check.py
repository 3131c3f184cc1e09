"""Lets requests through that may see what they ask for, and adds the headers that keep browsers safe."""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from captioner.server.api_keys import BEGIN_PATH, OPEN_PATHS, SESSION_PATH, ApiKeys, Client
from captioner.server.failure_response import failure_response
from captioner.server.jobs.job_store import JobStore
from captioner.server.json_errors import error_response
from captioner.server.refusals import Failure

_JOB_PATH = re.compile(r"/v1/jobs/([^/]+)")

_READ_PATHS = re.compile(r"/v1/(session|profiles(/.*)?)")
"""What a client with a link to one job may read beside it."""

SAFETY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every response that has none of its own: text of users never runs as a page."""


class AccessCheck:
    """An ASGI application that answers clients with a key, and names each in `scope["client_name"]`.

    With keys, each client sees its own jobs only. A client with a link to one job may only read that.
    """

    def __init__(self, app: ASGIApp, keys: ApiKeys, jobs: JobStore) -> None:
        self._app, self._keys, self._jobs = app, keys, jobs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = _with_safety(send) if scope["type"] == "http" else send
        connection = HTTPConnection(scope)
        client = self._keys.client_of(connection)
        scope["client_name"] = client.name if client else ""
        scope["shared_job"] = client.shared_job if client else None
        refusal = None if _is_open(scope) else await self._refusal(scope, client)
        if refusal is None:
            await self._app(scope, receive, answer)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "a key is needed"})
        else:
            await refusal(scope, receive, answer)

    async def _refusal(self, scope: Scope, client: Client | None) -> Response | None:
        """Return the response to a request that may not pass; None if it may."""
        path, method = scope["path"], scope.get("method", "GET")
        if client is None:
            response = failure_response(path, Failure("key", "a key is needed: Authorization: Bearer KEY"))
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        match = _JOB_PATH.match(path)
        if client.shared_job is not None:
            reads = method in ("GET", "HEAD")
            if reads and ((match and match[1] == client.shared_job) or _READ_PATHS.fullmatch(path)):
                return None
            return error_response(403, "read-only", "this link only shows one job; it changes nothing")
        if match and self._keys.are_needed:
            job = await asyncio.to_thread(self._jobs.get, match[1])
            if job is None or job.client != client.name:
                return error_response(404, "no_job", f"there is no job {match[1]}")
        return None


def _is_open(scope: Scope) -> bool:
    """Return whether a request needs no key: a browser without a session must be able to begin one."""
    path = scope["path"]
    if path == "/" or path.startswith("/page/"):  # the page itself, which asks for a key
        return True
    return path in (*OPEN_PATHS, BEGIN_PATH) or (path == SESSION_PATH and scope.get("method") in ("POST", "DELETE"))


def _with_safety(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SAFETY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
