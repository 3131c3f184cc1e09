"""A model hub on this machine: the part of huggingface.co that `captioner models pull` uses."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from captioner.testing.local_server import LocalServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"

UNLIMITED = 2**40
"""Bytes: no file is larger."""


class Hub(LocalServer):
    """Serves the files of `folder` as every repository; there is no repository of the owner or name "nobody"."""

    def __init__(self, folder: Path) -> None:
        super().__init__(partial(_HubHandler, self))
        self.folder = folder
        self.breaks_at: int | None = None
        """Bytes of a file after which the connection breaks."""
        self.stalls_at: int | None = None
        """Bytes of a file after which no more are sent."""
        self.sent: dict[str, int] = {}
        """Bytes sent of each file."""


class _HubHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, hub: Hub, *connection: Any) -> None:
        self.hub = hub
        super().__init__(*connection)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        _, *folders, name = self.path.partition("?")[0].split("/")
        files = {path.name for path in self.hub.folder.iterdir() if path.is_file()}
        if "nobody" in folders:
            self.respond(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif folders[:2] == ["api", "models"]:
            self.send_json({"id": "any", "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]})
        elif name in files:
            self.send_file(self.hub.folder / name)
        else:
            self.respond(404, b"{}", {"X-Error-Code": "EntryNotFound"})

    def send_file(self, path: Path) -> None:
        content = path.read_bytes()
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        etag = f'"{sha256(content).hexdigest()}"'
        self.respond(206 if first else 200, content[first:], {"ETag": etag, "X-Repo-Commit": COMMIT})

    def send_json(self, value: object) -> None:
        self.respond(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def respond(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        name = self.path.rpartition("/")[2]
        limit = UNLIMITED
        if not self.path.startswith("/api/"):
            limit = min(self.hub.breaks_at or UNLIMITED, self.hub.stalls_at or UNLIMITED)
        self.close_connection = len(content) > limit
        self.hub.sent[name] = self.hub.sent.get(name, 0) + min(len(content), limit)
        with suppress(ConnectionError):
            self.wfile.write(content[:limit])
            if self.close_connection and self.hub.stalls_at is not None:
                self.rfile.read(1)  # blocks until the client closes the connection

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""
