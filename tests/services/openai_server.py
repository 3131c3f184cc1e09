"""A server with OpenAI's transcription API on this machine, that answers what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from captioner.testing.requests import form_parts


@dataclass(frozen=True)
class Reply:
    body: str
    status: int = 200
    content_type: str = "application/json"


Form = dict[str, list[str]]


class OpenAIServer:
    """`answer` makes the reply from the fields of a form; `forms` and `keys` are what came."""

    def __init__(self, answer: Callable[[Form], Reply]) -> None:
        self.answer, self.forms, self.keys = answer, list[Form](), list[str | None]()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"told": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Door(BaseHTTPRequestHandler):
    told: OpenAIServer
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        form: Form = {}
        for part in form_parts(self.headers["content-type"], body):
            form.setdefault(part.name, []).append(part.text if part.filename is None else "<file>")
        self.told.forms.append(form)
        self.told.keys.append(self.headers.get("authorization"))
        reply = self.told.answer(form) if self.path == "/v1/audio/transcriptions" else Reply("{}", 404)
        data = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def says(text: str) -> Reply:
    return Reply(json.dumps({"text": text, "usage": {"type": "duration", "seconds": 1}}))


def fails(status: int, message: str = "no luck", code: str | None = None) -> Reply:
    error = {"message": message, "type": "error", "param": None, "code": code}
    return Reply(json.dumps({"error": error}), status)
