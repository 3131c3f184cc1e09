"""Fakes of the services that captions are pushed to: as strict as their documentation, and failing on demand."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from captioner.live.sinks.obs import authentication

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")


@dataclass
class Service:
    """A service: the captions it received, in order, and how many of the next requests shall fail."""

    address: str = ""
    received: list[Any] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failures: int = 0
    number: int = 0

    def check(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str]:
        raise NotImplementedError

    def refuse(self, reason: str) -> tuple[int, str]:
        self.refused.append(reason)
        return 400, reason


class YouTubeService(Service):
    """Accepts `TIME\\nTEXT\\n`, each post under the next number."""

    def check(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str]:
        query = parse_qs(urlsplit(handler.path).query)
        if query.get("cid") != ["event"] or query.get("seq") != [str(self.number + 1)]:
            return self.refuse(f"query {query}")
        if handler.headers["Content-Type"] != "text/plain; charset=utf-8":
            return self.refuse("content type")
        time, _, text = body.decode().partition("\n")
        if not _STAMP.fullmatch(time) or not text.endswith("\n") or "\n" in text[:-1]:
            return self.refuse(f"body {body!r}")
        self.number += 1
        self.received.append((time, text[:-1]))
        return 200, f"{time}\n"


class ZoomService(Service):
    """Returns the last number and accepts the next; the query must be signed."""

    def check(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str]:
        parts = urlsplit(handler.path)
        query = parse_qs(parts.query)
        if query.get("signature") != ["secret"]:
            return 403, "signature"
        if handler.command == "GET":
            return (200, str(self.number)) if parts.path == "/closedcaption/seq" else (404, "")
        if (
            parts.path != "/closedcaption"
            or query.get("seq") != [str(self.number + 1)]
            or query.get("lang") != ["en-US"]
        ):
            return self.refuse(handler.path)
        self.number += 1
        self.received.append(body.decode())
        return 200, ""


class OvenService(Service):
    """Accepts subtitles as JSON with basic authentication."""

    def check(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str]:
        if handler.headers["Authorization"] != f"Basic {base64.b64encode(b'token:').decode()}":
            return 401, ""
        if handler.path != "/v1/vhosts/default/apps/app/streams/stream:sendSubtitles":
            return self.refuse(handler.path)
        document = json.loads(body)
        (entry,) = document["data"]
        (subtitle,) = entry["subtitles"]
        if document["format"] != "webvtt" or set(subtitle) != {"startOffset", "durationMs", "text"}:
            return self.refuse(f"body {body!r}")
        self.received.append((entry["label"], subtitle["text"], subtitle["durationMs"]))
        return 200, "{}"


@contextmanager
def serve_http(service: Service) -> Iterator[Service]:
    """The service, running on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if service.failures:
                service.failures -= 1
                status, text = 503, "down"
            else:
                status, text = service.check(self, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = respond

        def log_message(self, format: str, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class ObsService:
    """obs-websocket 5 with a password. It refuses captions unless it is `streaming`."""

    password: str = "pass word"
    streaming: bool = True
    port: int = 0
    received: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def serve(self, connection: Any) -> None:
        salt, challenge = "c2FsdA==", "Y2hhbGxlbmdl"
        hello = {"authentication": {"salt": salt, "challenge": challenge}, "rpcVersion": 1}
        connection.send(json.dumps({"op": 0, "d": hello}))
        identity = json.loads(connection.recv())
        if identity["op"] != 1 or identity["d"]["rpcVersion"] != 1:
            self.refused.append("identify")
        if identity["d"].get("authentication") != authentication(self.password, salt, challenge):
            self.refused.append("password")
            connection.close(4009, "Authentication failed.")
            return
        connection.send(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))
        for message in connection:
            self._respond(connection, json.loads(message))

    def _respond(self, connection: Any, message: dict[str, Any]) -> None:
        request = message["d"]
        if message["op"] != 6 or request["requestType"] != "SendStreamCaption":
            self.refused.append(str(message))
            return
        status = {"result": self.streaming, "code": 100 if self.streaming else 501}
        if self.streaming:
            self.received.append(request["requestData"]["captionText"])
        response = {"requestType": request["requestType"], "requestId": request["requestId"], "requestStatus": status}
        connection.send(json.dumps({"op": 5, "d": {"eventType": "Unasked"}}))
        connection.send(json.dumps({"op": 7, "d": response}))


@contextmanager
def serve_obs(service: ObsService, port: int = 0) -> Iterator[ObsService]:
    """OBS, running on a port of this machine."""
    from websockets.sync.server import serve

    with serve(service.serve, "127.0.0.1", port) as server:
        service.port = server.socket.getsockname()[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield service
        server.shutdown()
