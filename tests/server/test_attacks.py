"""Attacks on the server: each is refused, and the server goes on working for others."""

from __future__ import annotations

import hmac
import http.server
import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from captioner.backends import load_backend
from captioner.backends.scripted import Scripted
from captioner.server.api_keys import ApiKeys
from captioner.web import limited_protocol
from tests.server.hostile_media import long_silence_with_header, many_streams, playlist, silence
from tests.server.jobs.job_client import SPEECH, finished
from tests.server.serving import serving


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def server(state: Path) -> Iterator[str]:
    with serving(Scripted(lines=["<script>alert(1)</script>"]), state, longest_media=3600.0) as url:
        yield url


def post_job(server: str, data: bytes, name: str = "talk.mp4", **fields: str) -> httpx.Response:
    return httpx.post(f"{server}/v1/jobs", files={"file": (name, data)}, data=fields, timeout=60)


def nothing_is_left(state: Path) -> bool:
    """Return whether no file of a refused upload is kept."""
    kept = {job.name for job in (state / "jobs").iterdir()}
    incoming = state / "incoming"
    return not kept and not (incoming.exists() and list(incoming.iterdir()))


def raw(server: str, request: bytes, timeout: float = 20) -> bytes:
    """Send bytes as they are; return all that comes back."""
    place = urlsplit(server)
    with socket.create_connection((str(place.hostname), int(place.port or 80)), timeout) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while chunk := connection.recv(1 << 16):
                answer += chunk
        except ConnectionError:
            pass
        return answer


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """Listen on loopback; yields the port and the paths that are asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, args=(0.05,)).start()
    try:
        yield web.server_port, asked
    finally:
        web.shutdown()
        web.server_close()


def test_a_playlist_named_as_a_film_opens_nothing(server: str, state: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(SPEECH.read_bytes())
    with listening() as (port, asked):
        for target in (f"file://{tmp_path}/secret.wav", f"{tmp_path}/secret.wav", f"http://127.0.0.1:{port}/inside"):
            for data in (playlist(target), f"ffconcat version 1.0\nfile '{target}'\n".encode()):
                assert post_job(server, data).status_code == 415
                assert transcription(server, data).status_code in (400, 415)
        assert asked == []
    assert nothing_is_left(state)


def transcription(server: str, data: bytes) -> httpx.Response:
    files = {"file": ("talk.mp4", data)}
    return httpx.post(f"{server}/v1/audio/transcriptions", files=files, data={"model": "x"}, timeout=60)


def test_hours_of_silence_are_refused(server: str, state: Path, tmp_path: Path) -> None:
    files = {"long.flac": long_silence_with_header(tmp_path / "long.flac", 20)}
    assert len(files["long.flac"]) < 1 << 20
    files["long.mkv"] = silence(tmp_path / "long.mkv", 1.2)
    for name, data in files.items():
        refused = post_job(server, data, name)
        assert (refused.status_code, refused.json()["error"]["code"]) == (413, "too_long")
    assert nothing_is_left(state)


def test_ten_thousand_audio_streams_are_refused(server: str, state: Path) -> None:
    begin = time.monotonic()
    assert post_job(server, many_streams(10_000), "many.mkv").status_code == 415
    assert time.monotonic() - begin < 30
    assert nothing_is_left(state)


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/passwd", "..\\..\\evil.flac", "/etc/passwd", "a\r\nX-Evil: 1.flac", "\x00.flac", "." * 300],
)
def test_names_lead_nowhere(server: str, state: Path, name: str) -> None:
    job = post_job(server, SPEECH.read_bytes(), name).json()
    finished(server, job["id"])
    assert not set(job["name"]) & set("/\\\r\n\x00")
    assert {path.name for path in state.iterdir() if path.is_dir()} <= {"incoming", "jobs"}
    assert {path.name for path in (state / "jobs" / job["id"]).iterdir()} <= {
        "media", "transcript.json", "report.json", "captions.json",
    }  # fmt: skip
    response = httpx.get(f"{server}/v1/jobs/{job['id']}/results/srt")
    assert "x-evil" not in response.headers
    httpx.delete(f"{server}/v1/jobs/{job['id']}")


@pytest.mark.parametrize("id", ["..", "%2e%2e", "..%2f..%2fjobs.sqlite", "%00", "a/../../secret", "'; DROP TABLE jobs"])
def test_ids_lead_nowhere(server: str, id: str) -> None:
    for path in ("", "/media", "/results/srt", "/events"):
        answer = raw(
            server, f"GET /v1/jobs/{id}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        assert answer.split()[1] in (b"404", b"400"), answer[:200]


HEAD = b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        HEAD + b"X : a\r\nContent-Type: multipart/form-data\r\n\r\n",
        HEAD + b"Content-Type: multipart/form-data; boundary=" + b"b" * 5000 + b"\r\nContent-Length: 3\r\n\r\nabc",
        HEAD + b"Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
        HEAD + b"Content-Type: application/json\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000,
        HEAD + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n\xff\xfe{\"a\":1}",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    ],
)  # fmt: skip
def test_tricks_with_headers_are_refused(server: str, request_bytes: bytes) -> None:
    answer = raw(server, request_bytes)
    assert not answer or answer.split()[1][:1] == b"4", answer[:200]
    assert answer.count(b"HTTP/1.1") <= 1


def form(*parts: bytes) -> httpx.Request:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return httpx.Request("POST", "/", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})


@pytest.mark.parametrize(
    "parts",
    [
        [b'Content-Disposition: form-data; name="a"\r\n\r\nx'] * 2000,
        [b'Content-Disposition: form-data; name="prompt"\r\n\r\n' + b"x" * (3 << 20)],
        [b'Content-Disposition: form-data; name="captions"; filename="a"\r\n\r\n' + b"x" * (17 << 20)],
        [b"X-Head: " + b"y" * (1 << 20) + b"\r\n\r\nx"],
        [b"no head at all"],
        [b'Content-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'],
        [b'Content-Disposition: form-data; name="kind"\r\n\r\n\xff\xfe\x00'],
    ],
)
def test_tricks_with_forms_are_refused(server: str, state: Path, parts: list[bytes]) -> None:
    request = form(*parts)
    response = httpx.post(
        f"{server}/v1/jobs", content=request.content, headers={"Content-Type": request.headers["content-type"]}
    )
    assert 400 <= response.status_code < 500, response.text
    assert nothing_is_left(state)


def test_an_upload_without_end_is_cut_at_the_limit(tmp_path: Path) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        for _ in range(400):
            yield bytes(1 << 16)

    with serving(load_backend("scripted"), tmp_path, largest_upload=1 << 20) as url:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        try:
            response = httpx.post(f"{url}/v1/jobs", content=endless(), headers=headers)
            assert response.status_code == 413
        except httpx.WriteError:
            pass  # the server has closed the connection
        assert nothing_is_left(tmp_path)


def test_a_full_disk_and_too_many_jobs_are_refused(tmp_path: Path) -> None:
    with serving(load_backend("scripted"), tmp_path, smallest_free=1 << 60) as url:
        assert post_job(url, SPEECH.read_bytes()).status_code == 507
        assert httpx.get(f"{url}/readyz").status_code == 503
    with serving(Scripted(delay=0.2), tmp_path, most_waiting=2) as url:
        answers = [post_job(url, SPEECH.read_bytes()) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].headers["retry-after"] == "60"


def half_open(server: str, begin: bytes) -> socket.socket:
    place = urlsplit(server)
    connection = socket.create_connection((str(place.hostname), int(place.port or 80)), 20)
    connection.sendall(begin)
    return connection


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(20)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_slow_heads_and_slow_bodies_are_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limited_protocol, "REQUEST_TIMEOUT", 0.4)
    with serving(load_backend("scripted"), tmp_path) as url:
        body = HEAD + b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b\r\n"
        connections = [half_open(url, begin) for begin in (b"GET / HTTP/1.1\r\nX: ", body)]
        for connection in connections:
            stop = threading.Event()
            dripping = threading.Thread(target=drip, args=(connection, stop))
            dripping.start()
            assert is_closed(connection)
            stop.set()
            dripping.join()
            connection.close()
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert nothing_is_left(tmp_path)


def drip(connection: socket.socket, stop: threading.Event) -> None:
    """Send a byte from time to time."""
    while not stop.wait(0.05):
        try:
            connection.sendall(b"x")
        except OSError:
            return


def test_two_thousand_idle_connections_do_not_keep_others_out(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 6000:
        pytest.skip("this user may not open that many connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (6000, hard))
    idle: list[socket.socket] = []
    try:
        with serving(load_backend("scripted"), tmp_path) as url:
            idle += [half_open(url, b"") for _ in range(2000)]
            assert post_job(url, SPEECH.read_bytes()).status_code == 201
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_time_of_a_wrong_key_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    real = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(len(one))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    keys = ApiKeys(("right key", "second key"), b"secret")
    for given in ("right key", "right kex", "wrong", "second key", ""):
        compared.clear()
        keys.is_key(given)
        assert compared == [9, 10], given


def test_scripts_in_names_and_texts_never_run(server: str) -> None:
    job = post_job(server, SPEECH.read_bytes(), "<svg onload=alert(1)>.html").json()
    finished(server, job["id"])
    for format in ("html", "vtt", "srt", "json", "md", "ttml", "report"):
        response = httpx.get(f"{server}/v1/jobs/{job['id']}/results/{format}")
        kind = response.headers["content-type"]
        assert not kind.startswith(("text/html", "image/svg", "application/xhtml", "text/xml", "application/xml"))
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]
    media = httpx.get(f"{server}/v1/jobs/{job['id']}/media")
    assert media.headers["content-type"] == "application/octet-stream"
    httpx.delete(f"{server}/v1/jobs/{job['id']}")


def test_metrics_and_logs_hold_no_text_of_users(server: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "captioner.server.requests")
    headers = {"Authorization": "Bearer my-secret-key"}
    httpx.get(f"{server}/v1/jobs/private-name?prompt=private-text", headers=headers)
    metrics = httpx.get(f"{server}/metrics").text
    assert 'captioner_requests_total{method="GET",route="/v1/jobs/{id}",status="404"}' in metrics
    logged = json.dumps([vars(record) for record in caplog.records], default=str)
    assert "/v1/jobs/{id} 404" in logged
    for secret in ("private-text", "my-secret-key"):
        assert secret not in metrics + logged
