"""The clients of OpenAI, z.ai and Zhipu AI against the server: real speech, and each error as its own exception."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import captioner
from captioner.backends import Backend, load_backend
from captioner.backends.contract import Recognition
from captioner.backends.scripted import Scripted
from captioner.errors import BackendError
from captioner.text.joining import join_texts
from tests.paths import DATA
from tests.sdk_pythons import sdk_python
from tests.server.serving import serving
from tests.server.speech_upload import OPENAI, post
from tests.server.test_realtime import PATIENCE, speech
from tests.server.test_recognition import Gated

SPEECH_FILE = DATA / "three_sentences.flac"

CLIENTS = {"openai": "/v1", "zai": "/api/paas/v4", "zhipuai": "/api/paas/v4"}
"""The clients, and the base of their API."""

CREATE = "audio.transcriptions.create"


def results(client: str, url: str, *calls: dict[str, Any], key: str = "0123.secret") -> list[Any]:
    """Return what each call of a client returned or raised. Skips the test where the client is not installed."""
    python = sdk_python(client)
    options = {"api_key": key, "base_url": url + CLIENTS[client], "max_retries": 0}
    request = json.dumps({"client": client, "options": options, "calls": calls})
    script = Path(__file__).parent / "sdk_calls.py"
    done = subprocess.run([python, script], input=request, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    values: list[Any] = json.loads(done.stdout)
    return values


def create(file: Path = SPEECH_FILE, **arguments: Any) -> dict[str, Any]:
    return {
        "method": CREATE,
        "file": str(file),
        "arguments": {"model": "glm-asr-2512", **arguments},
        "stream": arguments.get("stream", False),
    }


@dataclass(frozen=True)
class Server:
    """A server with Whisper tiny.en, and the text that a direct run returns for the speech."""

    url: str
    text: str


@pytest.fixture(scope="module")
def whisper() -> Iterator[Backend]:
    backend = load_backend("whisper", model="whisper-tiny.en")
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def server(whisper: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    segments = captioner.caption(SPEECH_FILE, backend=whisper, frame_rate="none").transcript.segments
    with serving(whisper, tmp_path_factory.mktemp("server")) as url:
        yield Server(url, join_texts(segment.text for segment in segments))


@pytest.mark.parametrize("client", ["zai", "zhipuai"])
def test_clients_of_glm_transcribe_real_speech(server: Server, client: str) -> None:
    whole, stream = results(client, server.url, create(request_id="mine"), create(stream=True))
    assert whole["value"]["text"] == server.text
    assert whole["value"]["request_id"] == "mine"
    assert len(whole["value"]["segments"]) == 3
    *deltas, done = stream["events"]
    assert "".join(delta["delta"] for delta in deltas) == done["text"] == server.text


def test_the_client_of_openai_transcribes_real_speech(server: Server) -> None:
    times: dict[str, Any] = {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}
    chunks: dict[str, Any] = {"chunking_strategy": {"type": "server_vad", "threshold": 0.45}}
    models, verbose, stream, live = results(
        "openai",
        server.url,
        {"method": "models.list"},
        create(**times, **chunks),
        create(stream=True),
        {"method": "realtime", "audio": base64.b64encode(speech()).decode()},
    )
    assert models["value"]["data"][0]["id"] == "whisper-tiny.en"
    assert verbose["value"]["text"] == server.text
    assert " ".join(word["word"] for word in verbose["value"]["words"]) == server.text
    assert len(verbose["value"]["segments"]) == 3
    assert "".join(event["delta"] for event in stream["events"][:-1]) == stream["events"][-1]["text"] == server.text
    assert live["transcripts"][0].startswith("The first train leaves at")
    assert live["transcripts"][0].endswith("with you.")
    assert live["kinds"][0] == "session.created"


@pytest.mark.parametrize("stream", ["false", "true"])
def test_the_documented_curl_lines_work_with_another_host(server: Server, stream: str) -> None:
    """The lines of the service's documents, where the content type is given without its boundary."""
    curl = ["curl", "-sS", "--request", "POST", "--url", f"{server.url}/api/paas/v4/audio/transcriptions"]
    headers = ["--header", "Authorization: Bearer <token>", "--header", "Content-Type: multipart/form-data"]
    fields = ["--form", "model=glm-asr-2512", "--form", f"stream={stream}", "--form", f"file=@{SPEECH_FILE}"]
    output = subprocess.run([*curl, *headers, *fields], capture_output=True, text=True, check=True).stdout
    if stream == "false":
        assert json.loads(output)["text"] == server.text
    else:
        *_, done, end = [line.removeprefix("data: ") for line in output.splitlines() if line.startswith("data: ")]
        assert (json.loads(done)["text"], end) == (server.text, "[DONE]")


def test_captioners_own_backends_give_the_captions_of_a_direct_run(tmp_path: Path, whisper: Backend) -> None:
    direct = captioner.caption(SPEECH_FILE, backend=whisper)
    with serving(whisper, tmp_path / "whisper", concurrency=4) as url:
        openai = load_backend("openai", base_url=f"{url}/v1", model="any")
        assert captioner.caption(SPEECH_FILE, backend=openai).to("srt") == direct.to("srt")
        openai.close()
    sphinx = load_backend("sphinx")
    texts = [segment.text for segment in captioner.caption(SPEECH_FILE, backend=sphinx).transcript.segments]
    with serving(sphinx, tmp_path / "sphinx", concurrency=4) as url:
        glm = load_backend("glm", base_url=f"{url}/api/paas/v4", key="any.key", stream=True)
        segments = captioner.caption(SPEECH_FILE, backend=glm).transcript.segments
        glm.close()
    assert [segment.text for segment in segments] == texts


class Broken(Scripted):
    def transcribe(self, *arguments: Any) -> Iterator[Recognition]:
        raise BackendError("scripted", "it is broken")


@pytest.fixture
def no_audio(tmp_path: Path) -> Path:
    path = tmp_path / "no audio.wav"
    path.write_bytes(b"no audio")
    return path


def at(client: str, url: str) -> dict[str, Any]:
    """Return a call of a client at another server."""
    return {**create(), "options": {"base_url": url + CLIENTS[client]}}


@contextmanager
def busy_server(folder: Path) -> Iterator[str]:
    """Serve while another client has the only turn; yields the URL."""
    backend = Gated()
    with serving(backend, folder, longest_wait=0.0) as url:
        first = threading.Thread(target=post, args=(url + OPENAI,))
        first.start()
        assert backend.reached.wait(PATIENCE)
        yield url
        backend.gate.set()
        first.join(PATIENCE)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Servers with a fault each."""
    with (
        serving(Broken(), tmp_path / "broken") as broken,
        serving(Scripted(), tmp_path / "keyed", api_keys=("other",)) as keyed,
        serving(Scripted(), tmp_path / "limited", service_limits=True) as limited,
        busy_server(tmp_path / "busy") as busy,
    ):
        yield {"broken": broken, "keyed": keyed, "limited": limited, "busy": busy}


@pytest.mark.parametrize("client", ["zai", "zhipuai"])
def test_errors_of_glm_are_exceptions_of_their_own(servers: dict[str, str], no_audio: Path, client: str) -> None:
    unknown = at(client, servers["limited"])
    unknown["arguments"]["model"] = "whisper-1"
    calls = (create(), create(no_audio), at(client, servers["keyed"]), at(client, servers["busy"]), unknown)
    failures = [(one["error"], one["body"]["error"]["code"]) for one in results(client, servers["broken"], *calls)]
    assert failures == [
        ("APIInternalError", "1234"),
        ("APIRequestFailedError", "1214"),
        ("APIAuthenticationError", "1000"),
        ("APIReachLimitError", "1305"),
        ("APIRequestFailedError", "1211"),
    ]


def test_errors_of_openai_are_exceptions_of_their_own(servers: dict[str, str], no_audio: Path) -> None:
    in_stream, *failed = results(
        "openai",
        servers["broken"],
        create(stream=True),
        create(),
        create(no_audio),
        create(response_format="diarized_json"),
        {"method": "models.retrieve", "arguments": {"model": "gpt-9"}},
        at("openai", servers["keyed"]),
        at("openai", servers["busy"]),
    )
    assert (in_stream["error"], in_stream["message"]) == ("APIError", "scripted: it is broken")
    assert [(one["error"], one["body"]["error"]["code"]) for one in failed] == [
        ("InternalServerError", "backend_failed"),
        ("BadRequestError", "invalid_file"),
        ("BadRequestError", "unsupported_value"),
        ("NotFoundError", "model_not_found"),
        ("AuthenticationError", "invalid_api_key"),
        ("RateLimitError", "rate_limit_exceeded"),
    ]
