"""The page's files as a browser gets them: headers, caching, size, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from captioner.backends import load_backend
from captioner.server.page.page_routes import FOLDER, page_files, page_hash
from tests.server.serving import serving


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        serving(load_backend("scripted"), tmp_path_factory.mktemp("state"), api_keys=("secret",)) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


def test_page_needs_no_key_and_runs_only_its_own_files(client: httpx.Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    policy = dict(rule.partition(" ")[::2] for rule in response.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*src)|<style| style=| on\w+=", response.text)


def test_page_is_asked_for_again_and_its_files_are_kept(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert client.get("/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    for address in re.findall(r'(?:href|src)="([^"]+)"', page.text):
        response = client.get(address)
        assert response.status_code == 200, address
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"].startswith("text/javascript")


def test_files_of_another_version_and_outside_are_not_found(client: httpx.Client) -> None:
    for path in ("0000000000000000/main.js", f"{page_hash()}/%2e%2e%2fpage_routes.py", f"{page_hash()}/nothing.js"):
        assert client.get(f"/page/{path}").status_code == 404


def test_first_load_is_small(client: httpx.Client) -> None:
    page = client.get("/", headers={"Accept-Encoding": "identity"})
    assert len(page.content) + sum(len(file.content) for file in page_files().values()) < 300_000


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*")), ids=lambda path: path.name)
def test_files_name_no_other_site_and_write_no_markup(path: Path) -> None:
    text = path.read_text("utf-8")
    addresses = re.findall(r"https?://[\w.]+", text)
    assert [address for address in addresses if address != "http://www.w3.org"] == []
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)


def test_every_text_is_used(client: httpx.Client) -> None:
    keys = re.findall(r"^  '([^']+)':", (FOLDER / "strings" / "english.js").read_text("utf-8"), re.MULTILINE)
    code = "\n".join(path.read_text("utf-8") for path in FOLDER.rglob("*.js") if path.parent.name != "strings")
    computed = ("lint.", "snap.", "doubt.", "field.", "format.", "banner.", "state.", "group.", "theme.", "conflict.")
    assert [key for key in keys if f"'{key}'" not in code and not key.startswith(computed)] == []
