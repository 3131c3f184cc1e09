"""Bodies that try to trick the server: each is refused, and leaves no file."""

from __future__ import annotations

import base64
import hmac
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.scripted import Scripted
from captioner.server.glm_api.glm_token import key_of_token
from tests.backends.cloud_parts import tone
from tests.server.serving import serving
from tests.server.speech_upload import GLM, OPENAI, SPEECH, error_in, post


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def url(state: Path) -> Iterator[str]:
    with serving(Scripted(), state, longest_media=20.0) as url:
        yield url


def part(disposition: str, body: bytes = b"x", headers: str = "") -> bytes:
    return f"--B\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n".encode() + body + b"\r\n"


TRICKS: dict[str, bytes] = {
    "a thousand and one parts": part('name="a"') * 1001,
    "a megabyte of fields": part('name="a"', b"x" * (1 << 20)) + part('name="b"'),
    "a header without end": part('name="a"', headers=f"X: {'y' * 100_000}\r\n"),
    "a thousand headers": part('name="a"', headers="X: y\r\n" * 1000),
    "no disposition": b"--B\r\n\r\nx\r\n",
    "not the boundary": b"--C\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--C--\r\n",
    "an end in the middle": part('name="file"; filename="a"')[:-5],
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_with_forms_are_refused(url: str, state: Path, trick: str) -> None:
    body = TRICKS[trick] + (b"" if "end in" in trick or "not the" in trick else b"--B--\r\n")
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    response = httpx.post(url + OPENAI, content=body, headers=headers)
    assert response.status_code == 400, response.text
    assert error_in(response)["type"] == "invalid_request_error"
    assert list((state / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"file_base64": "\xff"}',
        b'{"file_base64": {"a": 1}}',
        b'{"file_base64": "UklG", "stream": {}}',
        rb'{"file_base64": "UklG", "request_id": "\ud800"}',
        b'{"file_base64": "UklG", "model": "\xed\xa0\x80"}',
        b'{"file_base64": "UklG", "temperature": NaN}',
        b'{"file_base64": "UklG", "temperature": 1e999}',
    ],
)
def test_tricks_with_json_are_refused(url: str, state: Path, body: bytes) -> None:
    response = httpx.post(url + GLM, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400, response.text
    assert list((state / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "playlist", [b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"]
)
def test_a_playlist_named_as_a_film_is_no_media(url: str, playlist: bytes) -> None:
    response = post(url + OPENAI, {}, playlist, "film.mp4")
    assert error_in(response)["message"] == "film.mp4: is not media that captioner can read"


def test_media_that_last_too_long_are_refused(url: str) -> None:
    silence = wav_bytes(tone(21), shortest=0.0)
    assert error_in(post(url + OPENAI, {}, silence))["code"] == "audio_too_long"
    assert error_in(post(url + GLM, {}, silence))["code"] == "1214"


def test_a_full_disk_is_an_error_of_its_own(tmp_path: Path) -> None:
    with serving(Scripted(), tmp_path, smallest_free=1 << 60) as url:
        response = post(url + OPENAI, {}, SPEECH)
        assert (response.status_code, error_in(response)["code"]) == (507, "disk_full")


def test_the_disk_is_watched_while_files_come(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def filling(folder: Path) -> SimpleNamespace:
        """A disk on which each byte that comes takes a thousand."""
        come = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.name == "media" or ".data" in path.name)
        return SimpleNamespace(free=(2 << 30) - 1000 * come)

    monkeypatch.setattr(shutil, "disk_usage", filling)
    with serving(Scripted(), tmp_path) as url:
        large = bytes(5 << 20)
        assert error_in(post(url + OPENAI, {}, large))["code"] == "disk_full"
        assert error_in(post(url + "/v1/jobs", {}, large))["code"] == "full"
        tus = {"Tus-Resumable": "1.0.0"}
        begun = httpx.post(f"{url}/v1/uploads", headers={**tus, "Upload-Length": str(len(large))})
        chunk = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        response = httpx.patch(f"{url}/v1/{begun.headers['location']}", content=large, headers=chunk)
        assert (response.status_code, error_in(response)["code"]) == (507, "full")


@pytest.mark.parametrize("body", [rb'{"key": "\ud800"}', rb'{"share": "\ud800"}', b'{"key": "\xff"}', b"[]"])
def test_tricks_with_sessions_are_refused(url: str, body: bytes) -> None:
    assert httpx.post(f"{url}/v1/session", content=body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        rb'{"kind": "burn", "from": "\ud800"}',
        rb'{"upload": "\ud800"}',
        rb'{"captions": "\ud800"}',
        b'{"x": 1' + b"0" * 99,
    ],
)
def test_tricks_with_jobs_are_refused(url: str, body: bytes) -> None:
    response = httpx.post(f"{url}/v1/jobs", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, error_in(response)["code"]) == (400, "form")


def token(secret: str, **payload: Any) -> str:
    """Return a token as the clients of Zhipu AI make it."""

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    header = encoded(json.dumps({"alg": "HS256", "sign_type": "SIGN"}).encode())
    signed = f"{header}.{encoded(json.dumps(payload).encode())}"
    return f"{signed}.{encoded(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def test_tokens_that_a_key_signed() -> None:
    keys = ("one.first", "two.second", "plain")
    good = token("second", api_key="two", exp=2_000_000, timestamp=1_000_000)
    assert key_of_token(good, keys, now=1500) == "two.second"
    assert key_of_token(good, keys, now=2500) is None
    assert key_of_token(token("second", api_key="one", exp=2_000_000), keys, now=1500) is None
    assert key_of_token(token("", api_key="plain", exp=2_000_000), keys, now=1500) is None
    assert key_of_token(token("second", api_key="two"), keys, now=1500) is None
    assert key_of_token(token("second", api_key="two", exp=10**400), keys, now=1500) is None
    for wrong in ("", "a.b.c", "plain", good[:-2], good.replace(".", "..", 1)):
        assert key_of_token(wrong, keys, now=1500) is None
