"""A chat service for tests, on 127.0.0.1, which translates captions as a model would that makes mistakes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from captioner.testing.faults import Fault
from captioner.testing.local_server import LocalServer

CHAT_KEY = "0123456789abcdef.loopback-chat"

Answer = list[dict[str, Any]]
"""The entries that the model would send back."""

Mistake = Callable[[Answer], Answer | str] | Fault
"""What goes wrong: a function that changes the answer or replaces its text, or an error response."""

Translate = Callable[[str, str], str]
"""The translation of a text, by the text and the system message."""


def in_greek_letters(text: str, system: str) -> str:
    """Return a text in Greek capitals: a translation that keeps numbers and marks, and is easy to check."""
    return text.upper().translate(_GREEK)


_GREEK = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϞϠ")


class ChatService:
    """Serves `POST {base_url}/chat/completions` inside a `with` block.

    It reads the request as strictly as a service does: the key, the model, the messages, and the JSON in the last one.
    `mistakes` are used by the number of a request, counted from 0 in order of arrival. `price` counts four characters
    as a token. `requests` holds the JSON of every well-formed request, `lines` the lines that each asked for.
    """

    def __init__(
        self,
        translate: Translate = in_greek_letters,
        *,
        mistakes: Mapping[int, Mistake] | Callable[[int, Answer], Mistake | None] | None = None,
        models: Sequence[str] = ("glm-4.7-flash",),
        concurrency: int | None = None,
        key: str = CHAT_KEY,
    ) -> None:
        self._translate, self._mistakes = translate, mistakes or {}
        self.models, self.key = models, key
        self.requests: list[dict[str, Any]] = []
        self.lines: list[list[str]] = []
        self.refusals: list[str] = []
        self.peak = self._in_flight = 0
        self._concurrency, self._lock = concurrency, threading.Lock()
        self._server = LocalServer(partial(_ChatHandler, self))

    @property
    def base_url(self) -> str:
        return f"{self._server.address}/api/paas/v4"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def respond(self, content: dict[str, Any]) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        """Return status, body and headers for the JSON of a request."""
        with self._lock:
            self._in_flight += 1
            self.peak = max(self.peak, self._in_flight)
            crowded = self._concurrency is not None and self._in_flight > self._concurrency
            number = len(self.requests)
            if not crowded:
                self.requests.append(content)
                self.lines.append([line["text"] for line in _asked(content)["lines"]])
        try:
            if crowded:
                return 429, _error_content("1302", "Rate limit reached for requests"), {}
            return self._answer(number, content)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _answer(self, number: int, content: dict[str, Any]) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        system = content["messages"][0]["content"]
        answer: Answer = [
            {"id": line["id"], "source": line["text"], "text": self._translate(line["text"], system)}
            for line in _asked(content)["lines"]
        ]
        mistake = self._mistakes(number, answer) if callable(self._mistakes) else self._mistakes.get(number)
        if isinstance(mistake, Fault):
            return mistake.status, _error_content(mistake.code, mistake.message), dict(mistake.headers)
        changed = mistake(answer) if mistake else answer
        text = changed if isinstance(changed, str) else json.dumps({"lines": changed}, ensure_ascii=False)
        read = sum(len(message["content"]) for message in content["messages"]) // 4
        usage = {"prompt_tokens": read, "completion_tokens": len(text) // 4}
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return 200, {"id": f"{number}", "model": content["model"], "choices": [choice], "usage": usage}, {}

    def fault_in(self, content: Any) -> str | None:
        """Return what a service would refuse in the JSON of a request; None if nothing."""
        if not isinstance(content, dict):
            return "the body is not a JSON object"
        if content.get("model") not in self.models:
            return "model"
        messages = content.get("messages")
        if not isinstance(messages, list) or [message.get("role") for message in messages] != ["system", "user"]:
            return "messages must be one of the system and one of the user"
        if content.get("response_format") != {"type": "json_object"}:
            return "response_format must be json_object"
        asked = _asked(content)
        if not asked.get("lines") or set(asked) > {"lines", "before", "after", "glossary"}:
            return "the user message must hold lines"
        return None


def _asked(content: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(content["messages"][-1]["content"])
    return asked


def _error_content(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


class _ChatHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, service: ChatService, *connection: Any) -> None:
        self._service = service
        super().__init__(*connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Do nothing: requests are not logged."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != "/api/paas/v4/chat/completions":
            self._send(404, _error_content("", "no such path"))
        elif self.headers.get("authorization") != f"Bearer {self._service.key}":
            self._send(401, _error_content("1000", "Authentication failed"))
        else:
            content = json.loads(body)
            if fault := self._service.fault_in(content):
                self._service.refusals.append(fault)
                self._send(400, _error_content("1211" if fault == "model" else "1210", fault))
            else:
                self._send(*self._service.respond(content))

    def _send(self, status: int, content: dict[str, Any] | str, headers: Mapping[str, str] | None = None) -> None:
        data = (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
