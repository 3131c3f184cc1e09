"""A server with OpenAI's transcription API on this machine; the test writes its responses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

from captioner.testing.local_server import LocalServer
from captioner.testing.requests import form_parts


@dataclass(frozen=True)
class Reply:
    """A response of the server."""

    body: str
    status: int = 200
    content_type: str = "application/json"


Form = dict[str, list[str]]


class OpenAIServer(LocalServer):
    """Answers each request with the reply that `reply_to` returns for its form."""

    def __init__(self, reply_to: Callable[[Form], Reply]) -> None:
        super().__init__(partial(_OpenAIHandler, self))
        self.reply_to = reply_to
        self.forms: list[Form] = []
        """The form of each request, in order."""
        self.keys: list[str | None] = []
        """The `Authorization` header of each request, in order."""

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"


class _OpenAIHandler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True

    def __init__(self, api: OpenAIServer, *connection: Any) -> None:
        self.api = api
        super().__init__(*connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        form: Form = {}
        for part in form_parts(self.headers["content-type"], body):
            form.setdefault(part.name, []).append(part.text if part.filename is None else "<file>")
        self.api.forms.append(form)
        self.api.keys.append(self.headers.get("authorization"))
        reply = self.api.reply_to(form) if self.path == "/v1/audio/transcriptions" else Reply("{}", 404)
        data = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def text_reply(text: str) -> Reply:
    return Reply(json.dumps({"text": text, "usage": {"type": "duration", "seconds": 1}}))


def error_reply(status: int, message: str = "no luck", code: str | None = None) -> Reply:
    error = {"message": message, "type": "error", "param": None, "code": code}
    return Reply(json.dumps({"error": error}), status)
