"""URLs and webhooks: what a client names is asked for, but nothing of this machine or its network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest

from captioner.backends import load_backend
from captioner.errors import MediaNotReadable, UsageError
from captioner.server.outgoing import public_network, webhooks
from captioner.server.outgoing.public_network import check_url, is_public
from captioner.server.outgoing.url_fetch import FetchLimits, FetchStopped, fetch
from tests.server.jobs.job_client import SPEECH, finished, submit
from tests.server.serving import serving

SPEECH_BYTES = SPEECH.read_bytes()


@contextmanager
def web(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    """Serve on loopback; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and their addresses, one after the other, in place of DNS; 127.0.0.1 stands for a public address."""
    names: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *arguments: Any, **options: Any) -> Any:
        if host in names:
            address = names[host].pop(0) if len(names[host]) > 1 else names[host][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        return real(host, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(public_network, "is_public", lambda address: str(address) == "127.0.0.1" or is_public(address))
    return names


def on_port(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setitem(public_network.PORTS, "http", port)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe", "fec0::1", "2002:7f00:1::", "2001:0:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_private_addresses_are_no_public_ones(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/a", "gopher://example.org", "http://example.org:22/", "http://", "x",
        "https://example.org:80/", "http://[::1", "http://a b/", "http://example.org/\r\nHost: x", "//example.org/a",
        "http://a..b/", "http://\ud800/",
        "concat:http://example.org|file:///etc/passwd", "http://example.org:99999/", "http://" + "a" * 3000,
    ],
)  # fmt: skip
def test_other_schemes_and_ports_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        check_url(url)


def attempt(url: str, target: Path, size: int = 1 << 20, seconds: float = 20.0) -> str:
    """Fetch a URL; return why it is refused."""
    with pytest.raises(MediaNotReadable) as raised:
        fetch(url, target, FetchLimits(size, seconds), threading.Event())
    return str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"]
)
def test_this_machine_is_not_asked(url: str, tmp_path: Path) -> None:
    assert "not a public address" in attempt(url, tmp_path / "got")


def test_a_redirect_to_this_machine_is_refused(
    internet: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    internet["films.example"] = ["127.0.0.1"]
    internet["inside.example"] = ["10.0.0.7"]
    for target in ("http://inside.example/", "http://169.254.169.254/latest", "file:///etc/passwd", "http://a:22/"):
        with web(lambda handler, target=target: send(handler, 302, Location=target)) as port:  # type: ignore[misc]
            on_port(monkeypatch, port)
            assert "Location" not in attempt(f"http://films.example:{port}/a.mp4", tmp_path / "got")
    assert not (tmp_path / "got").exists()
    with web(lambda handler: send(handler, 302, Location="/again")) as port:
        on_port(monkeypatch, port)
        assert "more than 5 times" in attempt(f"http://films.example:{port}/a.mp4", tmp_path / "got")


def test_a_name_whose_address_changes_leads_nowhere_else(
    internet: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    internet["twice.example"] = ["127.0.0.1", "10.0.0.7"]
    with web(lambda handler: send(handler, 200, b"media")) as port:
        on_port(monkeypatch, port)
        fetch(f"http://twice.example:{port}/", tmp_path / "got", FetchLimits(100), threading.Event())
        assert (tmp_path / "got").read_bytes() == b"media"
        assert "not a public address" in attempt(f"http://twice.example:{port}/", tmp_path / "got")


def test_limits_of_size_and_time(
    internet: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    internet["films.example"] = ["127.0.0.1"]

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(400):
                handler.wfile.write(b"x" * 1000)
                time.sleep(0.002)
        except OSError:
            pass

    with web(endless) as port:
        on_port(monkeypatch, port)
        assert "larger than" in attempt(f"http://films.example:{port}/", tmp_path / "got", size=2000)
        assert "within 0.1 s" in attempt(f"http://films.example:{port}/", tmp_path / "got", seconds=0.1)


@pytest.mark.parametrize("end", ["its time is over", "it is stopped"])
def test_a_host_that_drips_holds_no_thread(
    internet: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    internet["drips.example"] = ["127.0.0.1"]
    done, stopped = threading.Event(), threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while not done.wait(0.05):
                handler.wfile.write(b"x")

    with web(drip) as port:
        on_port(monkeypatch, port)
        url, got = f"http://drips.example:{port}/", tmp_path / "got"
        if end == "it is stopped":
            threading.Timer(0.2, stopped.set).start()
            with pytest.raises(FetchStopped):
                fetch(url, got, FetchLimits(100), stopped)
        else:
            assert "within 0.3 s" in attempt(url, got, seconds=0.3)
        done.set()


def test_one_report_that_cannot_be_sent_does_not_keep_others(
    internet: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    internet["hooks.example"] = ["127.0.0.1"]
    arrived: Queue[str] = Queue()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        send(handler, 204)
        arrived.put(handler.path)

    with web(answer) as port, serving(load_backend("scripted"), tmp_path, allow_urls=True) as url:
        on_port(monkeypatch, port)
        with closing(sqlite3.connect(tmp_path / "webhooks.sqlite")) as database, database:  # as of an older version
            database.execute("INSERT INTO webhooks VALUES ('old', 'c', 'http://hooks.example/é', '{}', 0, 0)")
        submit(url, webhook=f"http://hooks.example:{port}/Ü?q=ß")
        assert arrived.get(timeout=20) == "/%C3%9C?q=%C3%9F"


def test_urls_are_off_unless_they_are_allowed(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path) as url:
        for fields in ({"url": "https://example.org/a.mp4"}, {"webhook": "https://example.org/"}):
            assert httpx.post(f"{url}/v1/jobs", json=fields).json()["error"]["code"] == "urls_off"


def test_a_url_job_and_its_signed_webhook(
    internet: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    internet["films.example"] = ["127.0.0.1"]
    monkeypatch.setattr(webhooks, "DELAYS", (0.05, 0.05, 0.05))
    got: list[tuple[dict[str, str], bytes]] = []
    arrived = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            send(handler, 200, SPEECH_BYTES)
            return
        got.append((dict(handler.headers.items()), handler.rfile.read(int(handler.headers["Content-Length"]))))
        send(handler, 500 if len(got) == 1 else 204)
        if len(got) == 2:
            arrived.set()

    with web(answer) as port, serving(load_backend("scripted"), tmp_path, allow_urls=True) as url:
        on_port(monkeypatch, port)
        place = f"http://films.example:{port}"
        response = httpx.post(f"{url}/v1/jobs", json={"url": f"{place}/talk.flac?key=1", "webhook": f"{place}/end"})
        assert response.status_code == 201, response.text
        job = finished(url, response.json()["id"])
        assert (job["state"], job["name"]) == ("done", "talk.flac")
        assert arrived.wait(20)
        secret = base64.b64decode(httpx.get(f"{url}/v1/webhooks/secret").json()["secret"].removeprefix("whsec_"))
    (first, body), (second, again) = got
    assert body == again
    assert first["webhook-id"] == second["webhook-id"]
    signed = f"{second['webhook-id']}.{second['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert second["webhook-signature"] == f"v1,{expected}"
    report = json.loads(body)
    assert (report["type"], report["data"]["id"]) == ("job.done", job["id"])


def test_a_url_that_fails_ends_its_job_with_the_reason(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, allow_urls=True) as url:
        id = httpx.post(f"{url}/v1/jobs", json={"url": "https://169.254.169.254/latest"}).json()["id"]
        job = finished(url, id)
        assert job["state"] == "failed"
        assert "not a public address" in job["error"]


def test_jobs_are_deleted_after_their_time(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path) as url:
        id = submit(url)["id"]
        finished(url, id)
    with serving(load_backend("scripted"), tmp_path, keep_days=0.0) as url:
        until = time.monotonic() + 10
        while httpx.get(f"{url}/v1/jobs/{id}").status_code != 404 and time.monotonic() < until:
            time.sleep(0.02)
        assert not list((tmp_path / "jobs").iterdir())
