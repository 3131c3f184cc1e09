"""The service for tests is as strict as the documents of the real one."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import av
import httpx
import numpy as np
import pytest

from captioner.backends.cloud.wav import wav_bytes
from captioner.testing import GlmService, ServiceRequest, audio_key, error, silence
from captioner.values import Audio
from tests.backends.cloud_parts import RATE, tone

CLIP = tone(2.0)

send = partial(httpx.post, verify=httpx.create_ssl_context())  # made once, since it takes longer than a request


@pytest.fixture
def service() -> Iterator[GlmService]:
    with GlmService({audio_key(CLIP): "Hello, world."}) as service:
        yield service


def post(service: GlmService, file: bytes | None = wav_bytes(CLIP), **fields: Any) -> httpx.Response:
    return send(
        f"{service.base_url}/audio/transcriptions",
        headers={"Authorization": f"Bearer {service.key}"},
        data={"model": "glm-asr-2512"} | fields,
        files={"file": ("upload", file, "application/octet-stream")} if file is not None else {"x": b""},
    )


def error_code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def mp3(clip: Audio) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as out:
        stream = out.add_stream("mp3", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(clip.samples[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=RATE, frame_size=stream.frame_size)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def test_a_response(service: GlmService) -> None:
    content = post(service, request_id="my-request").json()
    assert set(content) == {"id", "created", "request_id", "model", "text"}
    assert (content["request_id"], content["model"], content["text"]) == ("my-request", "glm-asr-2512", "Hello, world.")


def test_a_stream(service: GlmService) -> None:
    response = post(service, stream="true")
    assert response.headers["content-type"] == "text/event-stream;charset=UTF-8"
    lines = response.text.split("\n")
    assert lines[1::2] == [""] * 4  # a blank line after each event
    assert '"delta": "Hello,"' in lines[0]
    assert '"type": "transcript.text.done", "text": "Hello, world."' in lines[4]
    assert lines[6] == "data: [DONE]"


def test_json_with_the_audio_inside(service: GlmService) -> None:
    body = {"model": "glm-asr-2512", "file_base64": base64.b64encode(wav_bytes(CLIP)).decode(), "hotwords": ["a", "b"]}
    url = f"{service.base_url}/audio/transcriptions"
    response = send(url, json=body, headers={"Authorization": f"Bearer {service.key}"})
    assert response.json()["text"] == "Hello, world."
    assert service.requests[0].as_json
    assert service.requests[0].hotwords == ["a", "b"]


def test_mp3_is_recognised_by_its_bytes(service: GlmService) -> None:
    assert post(service, mp3(CLIP)).status_code == 200
    (request,) = service.requests
    assert request.audio_file.kind == "mp3"
    assert request.audio_file.duration == pytest.approx(2.0, abs=0.15)
    assert np.abs(request.audio_file.audio.samples).max() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model": "whisper-1"}, "1211"),
        ({"langauge": "en"}, "1210"),
        ({"prompt": "x" * 8000}, "1261"),
        ({"stream": "yes"}, "1214"),
        ({"user_id": "me"}, "1214"),
        ({"hotwords": '["a", ""]'}, "1214"),
        ({"hotwords": "[not json"}, "1214"),
        ({"hotwords": str(["a"] * 101).replace("'", '"')}, "1214"),
        ({"temperature": "0.5"}, "1210"),
        ({"model": "glm-asr", "temperature": "1.5"}, "1210"),
        ({"file": None}, "1213"),
        ({"file": b"\x1a\x45\xdf\xa3webm"}, "1214"),
        ({"file": b"RIFF1234WAVEnothing"}, "1214"),
        ({"file": b"\xff\xfbnothing of an mp3"}, "1214"),
        ({"file": wav_bytes(tone(30.01))}, "1214"),
        ({"model": "glm-asr", "file": wav_bytes(tone(60.01))}, "1214"),
        ({"file": bytes(26 * 1024 * 1024)}, "1214"),
    ],
)
def test_malformed_requests_are_refused(service: GlmService, fields: dict[str, Any], code: str) -> None:
    assert error_code(post(service, **fields)) == (400, code)
    assert service.refusals == [code]


@pytest.mark.parametrize(
    "fields",
    [
        {"file": wav_bytes(tone(30.0))},
        {"model": "glm-asr", "file": wav_bytes(tone(60.0)), "temperature": "0.5"},
        {"prompt": "x" * 7999, "user_id": "u" * 128, "stream": "false"},
        {"hotwords[]": ["a", "b"]},
        {"hotwords": ["a", "b"]},
        {"sensitive_word_check[type]": "ALL", "sensitive_word_check[status]": "DISABLE"},
    ],
)
def test_well_formed_requests_are_accepted(service: GlmService, fields: dict[str, Any]) -> None:
    assert post(service, **fields).status_code == 200


def test_a_missing_key_a_wrong_key_and_a_wrong_path(service: GlmService) -> None:
    url = f"{service.base_url}/audio/transcriptions"
    assert error_code(send(url)) == (401, "1001")
    assert error_code(send(url, headers={"Authorization": "Bearer x"})) == (401, "1000")
    assert send(f"{service.base_url}/audio/speech").status_code == 404


def test_too_many_requests_and_a_request_id_in_use() -> None:
    with GlmService({}, faults={0: silence(5)}, concurrency=1) as service:
        with pytest.raises(httpx.ReadTimeout):
            send(
                f"{service.base_url}/audio/transcriptions",
                headers={"Authorization": f"Bearer {service.key}"},
                data={"model": "glm-asr-2512", "request_id": "twice"},
                files={"file": wav_bytes(CLIP)},
                timeout=0.2,
            )
        assert error_code(post(service)) == (429, "1302")
        assert error_code(post(service, request_id="twice")) == (400, "1231")
        assert service.peak == 2


def test_faults_by_number() -> None:
    with GlmService({}, faults={0: error("1113"), 1: error("1302", retry_after="3"), 2: error(status=413)}) as service:
        assert error_code(post(service)) == (429, "1113")
        assert post(service).headers["Retry-After"] == "3"
        assert post(service).status_code == 413
        assert post(service).status_code == 200


def test_an_error_in_the_test_is_raised() -> None:
    def text_for(request: ServiceRequest) -> str:
        raise ZeroDivisionError

    service = GlmService(text_for)
    with pytest.raises(ZeroDivisionError), service, suppress(httpx.RemoteProtocolError):
        post(service)
