"""The form that captioner sends, and the vendor's SDKs against the service for tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from captioner.backends import Hints
from captioner.backends.cloud.wav import wav_bytes
from captioner.backends.glm.backend import SHORTEST, Glm
from captioner.testing import GlmService, ServiceRequest, audio_key
from tests.backends.cloud_parts import quick_policy, tone
from tests.paths import GOLDEN
from tests.sdk_pythons import sdk_python

CLIP = tone(2.0)

HINTS = Hints(prompt="Good evening.", hotwords=("Zhipu", '"GLM"\nASR'))

TEXT = '你好, world: "quoted" & more.'


def form(request: ServiceRequest) -> str:
    """A request as text: one line for each part, in order."""
    lines = []
    for part in request.parts:
        if part.filename is None:
            value = "<id>" if part.name == "request_id" else json.dumps(part.text, ensure_ascii=False)
            lines.append(f"{part.name}: {value}")
        else:
            file = request.audio_file
            lines.append(f"{part.name}: {part.filename} {part.content_type} <{file.kind}, {file.duration:g} s>")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("stream", [False, True])
def test_the_form_that_is_sent(stream: bool, golden: Callable[[str, str], None]) -> None:
    with GlmService({audio_key(CLIP): TEXT}) as service:
        glm = Glm(key=service.key, base_url=service.base_url, user_id="user-1", stream=stream, policy=quick_policy())
        (result,) = glm.transcribe([CLIP], HINTS)
        glm.close()
    assert result.text == TEXT
    golden(f"glm_form_{'stream' if stream else 'sync'}.txt", form(service.requests[0]))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("client", ["zai", "zhipuai"])
def test_the_sdk_sends_the_same_form_and_reads_the_response(
    client: str, stream: bool, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    # Two hotwords crash the SDK's own parameter and the older SDK has none, so extra_body is used, as its users do.
    extra_body = {"prompt": HINTS.prompt, "hotwords": json.dumps(HINTS.hotwords, ensure_ascii=False)}
    call: dict[str, Any] = {"model": "glm-asr-2512", "request_id": "sdk-call-1", "user_id": "user-1"}
    call |= {"stream": True} if stream else {}
    with GlmService({audio_key(CLIP): TEXT}) as service:
        content = sdk_response(sdk_python(client), service, tmp_path, **call, extra_body=extra_body)
    assert content["text"] == TEXT
    assert content.get("request_id", "sdk-call-1") == "sdk-call-1"
    if stream:
        assert "".join(content["deltas"]) == TEXT
    expected = (GOLDEN / f"glm_form_{'stream' if stream else 'sync'}.txt").read_text("utf-8")
    assert sorted(form(service.requests[0]).split("\n")) == sorted(expected.split("\n"))


def sdk_response(python: str, service: GlmService, folder: Path, **call: Any) -> dict[str, Any]:
    file = folder / "audio.wav"
    file.write_bytes(wav_bytes(CLIP, shortest=SHORTEST))
    call |= {"file": str(file), "key": service.key, "base_url": service.base_url}
    script = Path(__file__).parent / "glm_sdk_call.py"
    done = subprocess.run([python, script], input=json.dumps(call), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = json.loads(done.stdout)
    return content
