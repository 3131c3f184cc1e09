"""One connection to the service: reads a request, writes the response or the fault."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

from captioner.testing.faults import Fault, error
from captioner.testing.requests import BadRequest, ServiceRequest, read_request
from captioner.testing.scenario import Scenario

PATH = "/api/paas/v4/audio/transcriptions"

PAGE = "<!doctype html><title>Welcome</title><p>Please log in to use this network.</p>"


class RequestHandler(BaseHTTPRequestHandler):
    """Responds in the form that the vendor documents.

    The code of an error is a string, each event ends with a blank line, the last one is `[DONE]`.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms for the acknowledgement of its headers

    def __init__(self, scenario: Scenario, *connection: Any) -> None:
        self.scenario = scenario
        super().__init__(*connection)  # which handles the request at once

    def log_message(self, format: str, *args: Any) -> None:
        """Do nothing: requests are not logged."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        number = self.scenario.arrive()
        try:
            request = self._read(number, body)
        except BadRequest as refusal:
            self.scenario.refusals.append(refusal.fault.code)
            self.scenario.leave(None)
            self._send_error(refusal.fault)
            return
        text, fault = self._process(request)
        if fault is None:
            self._send_text(request, text)
        else:
            self._fail(request, text, fault)

    def _process(self, request: ServiceRequest) -> tuple[str, Fault | None]:
        """Return the text and the fault for a request, after its latency."""
        try:
            fault = self.scenario.fault_for(request)
            self.scenario.wait_for(request)
            if fault is not None and fault.kind == "silence":
                self.scenario.closing.wait(fault.seconds)
            needs_text = fault is None or fault.kind in ("drip", "cut_stream", "reset", "error_in_stream")
            return self.scenario.text_for(request) if needs_text else "", fault
        finally:
            # Before the response is sent: the next request may arrive before this thread runs again.
            self.scenario.leave(request)

    def _read(self, number: int, body: bytes) -> ServiceRequest:
        if self.path != PATH:
            raise BadRequest(error(status=404, message="no such path"))
        authorization = self.headers.get("authorization")
        if authorization is None:
            raise BadRequest(error("1001", message="Authorization header is missing"))
        if not self.scenario.accepts(authorization):
            raise BadRequest(error("1000", message="Authentication failed"))
        return read_request(number, {name.lower(): value for name, value in self.headers.items()}, body)

    def _fail(self, request: ServiceRequest, text: str, fault: Fault) -> None:
        match fault.kind:
            case "error":
                self._send_error(fault)
            case "echo_key":
                self._send_error(replace(fault, message=f"invalid key {self.scenario.key}"))
            case "html":
                self._send(PAGE.encode(), "text/html")
            case "empty":
                self._send(b"")
            case "malformed":
                self._send(b'{"id": "2025", "text": "Hel')
            case "silence":
                self._hang_up()
            case "looped":
                self._send_text(request, fault.message)
            case "drip":
                self._drip(_body(request, text), fault.seconds)
            case "error_in_stream":
                self._send_error_in_stream(request, text, fault)
            case "reset" | "cut_stream":
                self._break_off(request, text, fault)

    def _break_off(self, request: ServiceRequest, text: str, fault: Fault) -> None:
        if fault.kind == "cut_stream" and request.stream:
            self._send_events(list(_events(request, text))[:2], finish=False)
        else:
            body = _body(request, text)
            self._send(body[: len(body) // 2], length=len(body))
        self._hang_up()

    def _send_error_in_stream(self, request: ServiceRequest, text: str, fault: Fault) -> None:
        if request.stream:
            self._send_events([next(_events(request, text)), _error_body(fault)], finish=True)
        else:
            self._send_error(fault)

    def _send_text(self, request: ServiceRequest, text: str) -> None:
        if request.stream:
            self._send_events([*_events(request, text)], finish=True)
        else:
            self._send(_body(request, text))

    def _send_error(self, fault: Fault) -> None:
        self._send(_json(_error_body(fault)), status=fault.status, headers=dict(fault.headers))

    def _send(
        self,
        body: bytes,
        content_type: str = "application/json; charset=UTF-8",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _send_events(self, events: list[dict[str, Any]], *, finish: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream;charset=UTF-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in events:
            self._send_chunk(b"data: %b\n\n" % _json(event))
        if finish:
            self._send_chunk(b"data: [DONE]\n\n")
            self._send_chunk(b"")

    def _send_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _drip(self, body: bytes, pause: float) -> None:
        self._send(b"", length=len(body))
        for index in range(len(body)):
            self.wfile.write(body[index : index + 1])
            if self.scenario.closing.wait(pause):
                break

    def _hang_up(self) -> None:
        """End the connection with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def _common(request: ServiceRequest) -> dict[str, Any]:
    return {"id": f"2025112018{request.index:06}", "created": int(time.time()), "model": request.model}


def _body(request: ServiceRequest, text: str) -> bytes:
    request_id = request.fields.get("request_id", f"loopback-{request.index}")
    return _json({**_common(request), "request_id": request_id, "text": text})


def _error_body(fault: Fault) -> dict[str, Any]:
    code = {"code": fault.code} if fault.code else {}
    return {"error": {**code, "message": fault.message}}


def _events(request: ServiceRequest, text: str) -> Iterator[dict[str, Any]]:
    """Yield one delta for each word, then the full text."""
    for number, word in enumerate(text.split(" ")):
        delta = word if number == 0 else f" {word}"
        yield {**_common(request), "type": "transcript.text.delta", "delta": delta}
    yield {**_common(request), "type": "transcript.text.done", "text": text}


def _json(content: dict[str, Any]) -> bytes:
    """UTF-8, as the real service sends it; a lone surrogate, which UTF-8 cannot hold, as an escape."""
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
