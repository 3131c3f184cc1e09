"""Which pages may read the captions: those of this server, and those of origins that are listed.

A browser names the origin of the page that asks, and the host that the page asked for. Without this check any page that
someone opens beside the captions could read them, also through a name of its own that it points at this machine.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANY = "*"


class OriginCheck:
    """An ASGI application that answers the pages of its own origin and of `origins`, under the names it is known by.

    These are IP addresses, `localhost`, the name of this machine, `host`, and the hosts of `origins`.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str], host: str = "") -> None:
        self._app, self._origins = app, origins
        listed = {urlsplit(origin).hostname for origin in origins}
        self._hosts = {"localhost", socket.gethostname().lower(), host.lower(), *listed} - {"", None}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_known(host):
            await _refuse(scope, receive, send, 421, "this server does not have that name; list it with --allow-origin")
        elif origin is None or _place(origin) == host.lower():
            await self._app(scope, receive, send)
        elif ANY in self._origins or origin in self._origins:
            app = _allow if _is_preflight(scope, headers) else self._app
            await app(scope, receive, _with_origin(send, origin))
        else:
            await _refuse(
                scope, receive, send, 403, "pages of this origin may not read it; list it with --allow-origin"
            )

    def _is_known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return ANY in self._origins or name in self._hosts or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _place(origin: str) -> str:
    """Host and port of an origin; a proxy may have changed its scheme."""
    return origin.lower().partition("://")[2]


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser asks if a page may send a request with a key, or of another form than a plain page."""
    return scope.get("method") == "OPTIONS" and "access-control-request-method" in headers


async def _allow(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a browser that the page may send its request; the request itself still needs its key."""
    headers = Headers(scope=scope)
    allowed = {
        "Access-Control-Allow-Methods": headers["access-control-request-method"],
        "Access-Control-Allow-Headers": headers.get("access-control-request-headers", ""),
        "Access-Control-Max-Age": "600",
    }
    await Response(status_code=204, headers=allowed)(scope, receive, send)


def _with_origin(send: Send, origin: str) -> Send:
    """Return `send`, which allows the origin to read the response."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "*"
            headers.add_vary_header("Origin")
        await send(message)

    return sending


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
    else:
        await PlainTextResponse(f"{reason}\n", status)(scope, receive, send)
