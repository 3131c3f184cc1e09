"""GLM's transcription API: its fields, replies and errors, without and with the limits of the service."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captioner.backends import Hints
from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.contract import Recognition
from captioner.backends.scripted import Scripted
from captioner.values import Audio
from tests.backends.cloud_parts import tone
from tests.server.serving import serving
from tests.server.speech_upload import GLM, LINES, SPEECH, TEXT, error_in, events, post


class Listening(Scripted):
    """Returns the lines, and keeps the hints."""

    hints: Hints | None = None

    def transcribe(self, clips: Any, hints: Hints) -> Iterator[Recognition]:
        self.hints = hints
        return super().transcribe(clips, hints)


@pytest.fixture(scope="module")
def backend() -> Listening:
    return Listening(lines=LINES)


@pytest.fixture(scope="module")
def url(backend: Listening, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(backend, tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Scripted(lines=LINES), tmp_path_factory.mktemp("server"), service_limits=True) as url:
        yield url


@pytest.mark.parametrize("path", [GLM, GLM.removeprefix("/api")])
def test_the_reply_has_the_text_and_its_segments(url: str, path: str) -> None:
    response = post(url + path, {"model": "glm-asr-2512", "request_id": "mine", "stream": "false"})
    content = response.json()
    assert response.status_code == 200
    assert (content["id"], content["request_id"], content["model"]) == ("mine", "mine", "glm-asr-2512")
    assert content["text"] == TEXT
    assert [segment["text"] for segment in content["segments"]] == LINES
    assert [segment["id"] for segment in content["segments"]] == [0, 1, 2]
    assert all(segment["start"] < segment["end"] for segment in content["segments"])
    assert float(response.headers["x-queue-seconds"]) >= 0


def test_a_stream_has_deltas_then_all_of_the_text_then_done(url: str) -> None:
    *deltas, done, last = events(post(url + GLM, {"model": "glm-asr-2512", "stream": "true"}))
    assert [delta["type"] for delta in deltas] == ["transcript.text.delta"] * 3
    assert "".join(delta["delta"] for delta in deltas) == done["text"] == TEXT
    assert (done["type"], len(done["segments"]), last) == ("transcript.text.done", 3, "[DONE]")


def test_json_with_the_file_in_base64(url: str, backend: Listening) -> None:
    body = {
        "model": "glm-asr-2512",
        "file_base64": base64.b64encode(SPEECH).decode(),
        "stream": False,
        "temperature": 0.5,
        "hotwords": ["Ä", 'quoted "B"'],
        "prompt": "Before.",
    }
    assert httpx.post(url + GLM, json=body).json()["text"] == TEXT
    assert backend.hints == Hints(None, "Before.", ("Ä", 'quoted "B"'))


@pytest.mark.parametrize(
    "fields",
    [{"hotwords": '["one", "two"]'}, {"hotwords": ["one", "two"]}, {"hotwords[]": ["one", "two"]}],
    ids=["JSON", "repeated", "with brackets"],
)
def test_hotwords_as_clients_send_them(url: str, backend: Listening, fields: dict[str, Any]) -> None:
    post(url + GLM, fields)
    assert backend.hints == Hints(hotwords=("one", "two"))


WRONG: list[tuple[dict[str, str], bytes, int, str]] = [
    ({"stream": "yes"}, SPEECH, 400, "1214"),
    ({"temperature": "warm"}, SPEECH, 400, "1214"),
    ({"hotwords": "[1]"}, SPEECH, 400, "1214"),
    ({"language": "klingonish"}, SPEECH, 400, "1214"),
    ({}, b"no audio at all", 400, "1214"),
    ({}, b"", 400, "1214"),
]


@pytest.mark.parametrize(("fields", "file", "status", "code"), WRONG)
def test_what_is_refused(url: str, fields: dict[str, str], file: bytes, status: int, code: str) -> None:
    response = post(url + GLM, fields, file)
    assert (response.status_code, error_in(response)["code"]) == (status, code)
    assert response.headers["x-should-retry"] == "false"


def wav(seconds: float) -> bytes:
    return wav_bytes(Audio(tone(seconds).samples, 16_000), shortest=0.0)


LIMITS: list[tuple[dict[str, str], bytes, str]] = [
    ({}, wav(1), "1213"),
    ({"model": "whisper-1"}, wav(1), "1211"),
    ({"model": "glm-asr-2512"}, SPEECH, "1214"),
    ({"model": "glm-asr-2512"}, wav(31), "1214"),
    ({"model": "glm-asr", "prompt": "x" * 8000}, wav(31), "1261"),
    ({"model": "glm-asr-2512", "user_id": "me"}, wav(1), "1214"),
    ({"model": "glm-asr-2512", "hotwords": str(["x"] * 101).replace("'", '"')}, wav(1), "1214"),
]


@pytest.mark.parametrize(("fields", "file", "code"), LIMITS)
def test_what_the_service_refuses_is_refused_with_its_limits(
    limited: str, fields: dict[str, str], file: bytes, code: str
) -> None:
    response = post(limited + GLM, fields, file)
    assert (response.status_code, error_in(response)["code"]) == (400, code)


def test_its_limits_allow_what_the_service_allows(limited: str) -> None:
    assert post(limited + GLM, {"model": "glm-asr"}, wav(31)).status_code == 200
    assert post(limited + GLM, {"model": "glm-asr-2512", "user_id": "user-1"}, wav(30)).status_code == 200


def test_a_file_that_is_too_large_is_refused_while_it_comes(tmp_path: Path) -> None:
    with serving(Scripted(), tmp_path, largest_upload=100_000) as url:
        response = post(url + GLM, {}, b"x" * 200_000)
        assert (response.status_code, error_in(response)["code"]) == (413, "1214")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_bodies_that_are_no_form(url: str) -> None:
    for body, kind in [
        (b"", "application/x-www-form-urlencoded"),
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nglm', "multipart/form-data; boundary=x"),
    ]:
        response = httpx.post(url + GLM, content=body, headers={"Content-Type": kind})
        assert (response.status_code, error_in(response)["code"]) == (400, "1210"), body
    assert error_in(httpx.post(url + GLM, json={"model": "x"}))["code"] == "1213"


def test_blocked_and_failed_speech_is_an_error_and_a_part_of_it_a_remark(tmp_path: Path) -> None:
    blocked, failed = Recognition("blocked", reason="policy"), Recognition("failed", reason="broken")
    with serving(Scripted(lines=[blocked] * 3 + [failed] * 3 + ["One.", failed, "Three."]), tmp_path) as url:
        response = post(url + GLM)
        assert (response.status_code, error_in(response)["code"]) == (400, "1301")
        event, last = events(post(url + GLM, {"stream": "true"}))
        assert (event["error"]["code"], last) == ("1234", "[DONE]")
        content = post(url + GLM).json()
        assert content["text"] == "One. Three."
        assert [(lost["status"], lost["reason"]) for lost in content["lost"]] == [("failed", "broken")]


def test_paths_methods_and_keys_fail_in_the_form_of_the_service(tmp_path: Path) -> None:
    with serving(Scripted(), tmp_path, api_keys=("secret",)) as url:
        assert error_in(post(url + GLM))["code"] == "1000"
        headers = {"Authorization": "Bearer secret"}
        assert error_in(httpx.get(url + GLM, headers=headers))["code"] == "1212"
        response = httpx.post(f"{url}/api/paas/v4/files", headers=headers)
        assert (response.status_code, error_in(response)["code"]) == (404, "1222")
