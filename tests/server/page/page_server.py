"""`captioner serve` as a process that tests can kill, and browsers that show its page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.paths import TOP

FILM = TOP / "samples" / "lighthouse.mp4"

SENTENCES = (TOP / "samples" / "truth" / "lighthouse.txt").read_text("utf-8").splitlines()

BROWSERS = ("chromium", "firefox")


class PageServer:
    """A server at a port that stays the same when it is killed and started again."""

    def __init__(self, state: Path, backend: tuple[str, ...], *more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "captioner", "serve", "--address", f"127.0.0.1:{self.port}"]
        self._command += ["--state", str(state), *backend, *more]
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self._command, env=os.environ | {"PYTHONPATH": str(TOP)})
        while self._process.poll() is None:
            try:
                self.client.get("/healthz")
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """End it as a failing machine would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as a person would."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def document(self, job: str) -> dict[str, Any]:
        """Return the document of a job as the server has it."""
        document: dict[str, Any] = self.client.get(f"/v1/jobs/{job}/document").json()
        return document

    def make_job(self, media: Path = FILM, **fields: str) -> str:
        """Caption a file without the page; return the job when it is done."""
        with media.open("rb") as file:
            job = self.client.post("/v1/jobs", files={"file": (media.name, file)}, data=fields).json()
        while job["state"] in ("waiting", "running"):
            time.sleep(0.1)
            job = self.client.get(f"/v1/jobs/{job['id']}").json()
        assert job["state"] == "done", job
        return str(job["id"])


@contextmanager
def page_server(state: Path, *more: str) -> Iterator[PageServer]:
    """Run a server whose backend knows the text of the sample film."""
    options = ("--backend-option", f"lines={'|'.join(SENTENCES)}", "--backend-option", "delay=0.02")
    server = PageServer(state, ("--backend", "scripted", *options), *more)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.client.close()


@contextmanager
def browser_named(name: str) -> Iterator[Browser]:
    """Run the browser of this system; skip the test where there is none."""
    with sync_playwright() as playwright:
        browser = _launch(playwright, name)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright, name: str) -> Browser:
    program = shutil.which("chromium" if name == "chromium" else "firefox-esr")
    if program is None:
        pytest.skip(f"{name} is not installed")
    if name == "chromium":
        return playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
    return playwright.firefox.launch(channel="moz-firefox", executable_path=program)


def open_job(page: Page, server: PageServer, job: str) -> None:
    """Open a job in the editor."""
    page.goto(f"{server.url}/#/job/{job}")
    page.wait_for_selector(".row.current")


def wait_saved(page: Page) -> None:
    """Wait until the server has all edits."""
    page.wait_for_selector(".save-state[data-state=saved]")


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true. The page's policy forbids the browser to wait for it by itself."""
    for _ in range(400):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)
