"""A hub on this machine: as much of huggingface.co as `captioner models pull` asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


LARGEST = 2**40


class Hub(ThreadingHTTPServer):
    """Serves `folder` as every repository. `breaks_at` and `stalls_at`: bytes of a file after which the connection
    breaks, or nothing more comes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.breaks_at: int | None = None
        self.stalls_at: int | None = None
        self.sent: dict[str, int] = {}
        """Bytes of each file that went out."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        _, *place, name = self.path.partition("?")[0].split("/")
        files = [path for path in self.server.folder.iterdir() if path.is_file()]
        if "nobody" in place:
            self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif place[:2] == ["api", "models"]:
            self.answer_json({"id": "any", "sha": COMMIT, "siblings": [{"rfilename": path.name} for path in files]})
        elif name in {path.name for path in files}:
            self.send_file(self.server.folder / name)
        else:
            self.answer(404, b"{}", {"X-Error-Code": "EntryNotFound"})

    def send_file(self, path: Path) -> None:
        content = path.read_bytes()
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        etag = f'"{sha256(content).hexdigest()}"'
        self.answer(206 if first else 200, content[first:], {"ETag": etag, "X-Repo-Commit": COMMIT})

    def answer_json(self, value: object) -> None:
        self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        name = self.path.rpartition("/")[2]
        whole, allowed = len(content), LARGEST
        if not self.path.startswith("/api/"):
            allowed = min(self.server.breaks_at or LARGEST, self.server.stalls_at or LARGEST)
        self.close_connection = whole > allowed
        self.server.sent[name] = self.server.sent.get(name, 0) + min(whole, allowed)
        with suppress(ConnectionError):
            self.wfile.write(content[:allowed])
            if whole > allowed and self.server.stalls_at is not None:
                self.rfile.read(1)  # until the client goes

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def hub(folder: Path) -> Iterator[Hub]:
    with Hub(folder) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
