"""The description of the API names every route, and the page shows all of it without help of other servers."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from starlette.routing import Route

from captioner.backends import load_backend
from captioner.server.openapi.openapi_routes import OPERATIONS, openapi_document
from captioner.server.web_app import PARTS
from tests.server.serving import serving


def test_every_route_is_described_and_no_other() -> None:
    routes = [route for part in PARTS for route in part.routes() if isinstance(route, Route)]
    served = {
        (method, re.sub(r":\w+}", "}", route.path))
        for route in routes
        for method in (route.methods or ())
        if not (method == "HEAD" and "GET" in (route.methods or ())) and not route.path.startswith("/page")
    } - {("GET", "/")}
    assert served == {(operation.method, operation.path) for operation in OPERATIONS}


def test_every_operation_has_an_example_of_its_answer() -> None:
    for path, methods in openapi_document()["paths"].items():
        for method, operation in methods.items():
            contents = [
                kind for answer in operation["responses"].values() for kind in answer.get("content", {}).items()
            ]
            for kind, content in contents:
                binary = kind in ("application/octet-stream", "image/png")
                assert binary or "example" in content, (method, path)


def test_the_page_shows_every_operation(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, api_keys=("key",)) as url:
        page = httpx.get(f"{url}/docs")
        assert all(f"{operation.method} {operation.path}" in page.text for operation in OPERATIONS)
        assert not re.findall(r'(?:src|href)="?(?!openapi\.json)\w', page.text)
        assert httpx.get(f"{url}/openapi.json").json()["openapi"] == "3.1.0"
