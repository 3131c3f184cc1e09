"""Serves the page: `/` and, under a folder that is named by the hash of all files, its modules and styles."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
"""Only files of this server, no script in the page itself, no page around it."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FOREVER = "public, max-age=31536000, immutable"
"""The address of a file changes with its content."""

_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class PageFile:
    """A static file, ready to be sent."""

    content: bytes
    compressed: bytes
    """The content by gzip."""
    media_type: str


def routes() -> list[Route]:
    """Return the routes of the page."""
    return [Route("/", _index), Route("/page/{hash}/{path:path}", _file)]


@cache
def page_files() -> dict[str, PageFile]:
    """Return all files of the page by their path in the folder."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(FOLDER).as_posix(): _read(path) for path in paths}


@cache
def page_hash() -> str:
    """Return the hash of all files, which their addresses contain."""
    digest = hashlib.sha256()
    for name, file in page_files().items():
        digest.update(name.encode() + b"\0" + file.content)
    return digest.hexdigest()[:16]


@cache
def index_page() -> PageFile:
    """Return the page itself. It names all modules, so that browsers load them at once."""
    folder = f"/page/{page_hash()}"
    modules = [name for name in page_files() if name.endswith(".js")]
    preload = "\n".join(f'<link rel="modulepreload" href="{folder}/{name}">' for name in modules)
    text = page_files()["index.html"].content.decode().replace("{{folder}}", folder).replace("{{modules}}", preload)
    content = text.encode()
    return PageFile(content, gzip.compress(content), "text/html")


def _read(path: Path) -> PageFile:
    content = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return PageFile(content, gzip.compress(content, mtime=0), media_type)


async def _index(request: Request) -> Response:
    etag = f'"{page_hash()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**HEADERS, "ETag": etag})
    return _sent(request, index_page(), {"Cache-Control": "no-cache", "ETag": etag})


async def _file(request: Request) -> Response:
    file = page_files().get(request.path_params["path"])
    if file is None or request.path_params["hash"] != page_hash():
        return PlainTextResponse("not a file of this page; reload it\n", 404, HEADERS)
    return _sent(request, file, {"Cache-Control": FOREVER})


def _sent(request: Request, file: PageFile, headers: dict[str, str]) -> Response:
    headers = {**HEADERS, **headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)
