"""/openapi.json, and the same as a page, which needs nothing of other servers."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import captioner
from captioner.server.openapi.api_operation import ApiOperation
from captioner.server.openapi.edit_operations import EDIT_OPERATIONS
from captioner.server.openapi.job_operations import JOB_OPERATIONS
from captioner.server.openapi.speech_operations import SPEECH_OPERATIONS

OPERATIONS: tuple[ApiOperation, ...] = (*SPEECH_OPERATIONS, *JOB_OPERATIONS, *EDIT_OPERATIONS)
"""All operations of the API."""

PAGE_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}code,pre{font-size:.85em}"
    "pre{background:#8881;padding:.5rem;overflow:auto}summary{cursor:pointer;padding:.2rem 0}"
    ":root{color-scheme:light dark}"
)


def routes() -> list[Route]:
    """Return the routes of this part."""
    return [Route("/openapi.json", _document), Route("/docs", _page)]


async def _document(request: Request) -> Response:
    return JSONResponse(openapi_document())


async def _page(request: Request) -> Response:
    return HTMLResponse(_html(), headers=PAGE_POLICY)


@cache
def openapi_document() -> dict[str, Any]:
    """Return the description of the API."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method.lower()] = operation.description()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "captioner",
            "version": captioner.__version__,
            "description": "Speech to captions: the APIs of GLM-ASR and OpenAI, jobs, and documents to correct. "
            "Live audio goes over the WebSocket /v1/realtime.",
        },
        "paths": dict(paths),
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"key": []}],
    }


@cache
def _html() -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for operation in OPERATIONS:
        groups[operation.tag].append(_section(operation))
    parts = "".join(f"<h2>{escape(tag)}</h2>{''.join(sections)}" for tag, sections in groups.items())
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>captioner API</title><style>{_STYLE}</style>"
        f"<h1>captioner {escape(captioner.__version__)}</h1>"
        f'<p>The same for programs: <a href="openapi.json">openapi.json</a></p>{parts}</html>'
    )


def _section(operation: ApiOperation) -> str:
    title = f"<code>{operation.method} {escape(operation.path)}</code> {escape(operation.text)}"
    described = operation.description()
    details = {name: described[name] for name in ("parameters", "requestBody", "responses") if described.get(name)}
    shown = escape(json.dumps(details, indent=1, ensure_ascii=False))
    return f"<details><summary>{title}</summary><pre>{shown}</pre></details>"
