"""OpenAI's transcription API: its formats, fields and errors, and the fields that are ours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from captioner.backends import Hints
from captioner.backends.scripted import Scripted
from captioner.formats import FORMATS
from captioner.output import WritingOptions
from captioner.pipeline import CaptionOptions, Captions, caption
from captioner.server.openai_api.openai_form import OpenAIRequest
from captioner.server.openai_api.openai_replies import openai_reply
from tests.paths import DATA
from tests.server.serving import serving
from tests.server.speech_upload import LINES, OPENAI, SPEECH, TEXT, error_in, events, post
from tests.server.test_glm_api import Listening

TRANSLATIONS = "/v1/audio/translations"


@pytest.fixture(scope="module")
def backend() -> Listening:
    return Listening(lines=LINES)


@pytest.fixture(scope="module")
def url(backend: Listening, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(backend, tmp_path_factory.mktemp("server")) as url:
        yield url


def test_json_and_text(url: str) -> None:
    assert post(url + OPENAI, {"model": "whisper-1"}).json() == {
        "text": TEXT,
        "usage": {"type": "duration", "seconds": 11},
    }
    response = post(url + OPENAI, {"model": "whisper-1", "response_format": "text"})
    assert (response.text, response.headers["content-type"]) == (f"{TEXT}\n", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("granularities", "parts"),
    [
        ([], {"segments"}),
        (["segment"], {"segments"}),
        (["word"], {"words"}),
        (["word", "segment"], {"segments", "words"}),
    ],
)
def test_verbose_json_has_the_times_that_are_asked_for(url: str, granularities: list[str], parts: set[str]) -> None:
    fields = {"response_format": "verbose_json", "timestamp_granularities[]": granularities, "language": "en"}
    content = post(url + OPENAI, fields).json()
    assert content["task"] == "transcribe"
    assert content["language"] == "english"
    assert content["text"] == TEXT
    assert content["duration"] == pytest.approx(10.132)
    assert {"segments", "words"} & content.keys() == parts
    if "segments" in parts:
        first = content["segments"][0]
        assert (first["id"], first["text"], first["tokens"]) == (0, LINES[0], [])
        assert first["compression_ratio"] > 0
    if "words" in parts:
        assert [word["word"] for word in content["words"]] == TEXT.split()


def test_a_caption_file(url: str) -> None:
    response = post(
        url + OPENAI, {"response_format": "srt", "profile": "bbc", "align": "pauses", "word_times": "false"}
    )
    assert response.text.startswith("1\n00:00:01,")
    assert response.headers["content-type"] == "application/x-subrip"
    assert response.headers["content-disposition"] == 'inline; filename="talk.srt"'


@pytest.fixture(scope="module")
def captions() -> Captions:
    return caption(DATA / "three_sentences.flac", backend=Scripted(lines=LINES), align="pauses", hints=Hints("en"))


@pytest.mark.parametrize("response_format", sorted(FORMATS))
def test_every_caption_format(captions: Captions, response_format: str) -> None:
    writing = WritingOptions(frame_rate=Fraction(25))
    asked = OpenAIRequest(CaptionOptions(), False, response_format, frozenset(), writing, "transcribe", False)
    response = openai_reply(asked, captions)
    assert response.status_code == 200
    assert len(response.body) > 50


def test_captioners_own_json_and_the_report(url: str) -> None:
    transcript = post(url + OPENAI, {"response_format": "transcript"}).json()
    assert (transcript["source"], [segment["text"] for segment in transcript["segments"]]) == ("talk.flac", LINES)
    assert [region["status"] for region in post(url + OPENAI, {"response_format": "report"}).json()["regions"]] == [
        "ok"
    ] * 3


def test_a_stream(url: str) -> None:
    *deltas, done, last = events(post(url + OPENAI, {"stream": "true"}))
    assert "".join(delta["delta"] for delta in deltas) == done["text"] == TEXT
    assert {delta["type"] for delta in deltas} == {"transcript.text.delta"}
    assert (done["type"], done["usage"]["seconds"], last) == ("transcript.text.done", 11, "[DONE]")


def test_a_stream_with_segments(url: str) -> None:
    got = events(post(url + OPENAI, {"stream": "true", "response_format": "verbose_json"}))
    assert [event["text"] for event in got[:-1] if event["type"] == "transcript.text.segment"] == LINES
    assert got[-2]["segments"][2]["text"] == LINES[2]


def test_stream_is_ignored_for_files(url: str) -> None:
    assert post(url + OPENAI, {"stream": "true", "response_format": "vtt"}).text.startswith("WEBVTT")


def test_hints_and_unknown_fields(url: str, backend: Listening) -> None:
    fields = {
        "prompt": "Before.",
        "keywords[]": ["Zhipu"],
        "hotwords": "GLM",
        "language": "en",
        "vad_filter": "true",
        "known_speaker_names[]": ["Ann"],
        "include[]": "logprobs",
        "chunking_strategy": '{"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 300}',
    }
    assert post(url + OPENAI, fields).json()["text"] == TEXT
    assert backend.hints == Hints("en", "Before.", ("GLM", "Zhipu"))


TIMES = "timestamp_granularities"

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"response_format": "docx"}, "response_format", "invalid_value"),
    ({"response_format": "diarized_json"}, "response_format", "unsupported_value"),
    ({f"{TIMES}[]": ["word"]}, TIMES, "invalid_value"),
    ({f"{TIMES}[]": ["word"], "response_format": "srt"}, TIMES, "invalid_value"),
    ({f"{TIMES}[]": ["line"], "response_format": "verbose_json"}, TIMES, "invalid_value"),
    ({"include[]": "logprobs", "response_format": "text"}, "include", "invalid_value"),
    ({"temperature": "2"}, "temperature", "invalid_value"),
    ({"stream": "maybe"}, "stream", "invalid_value"),
    ({"language": "klingonish"}, "language", "invalid_value"),
    ({"profile": "nope"}, "profile", "invalid_value"),
    ({"align": "qwen3:/etc"}, "align", "invalid_value"),
    ({"chunking_strategy": "{"}, "chunking_strategy", "invalid_value"),
    ({"chunking_strategy": '{"type": "server_vad", "threshold": 7}'}, "chunking_strategy", "invalid_value"),
    ({"response_format": "stl"}, "fps", "invalid_value"),
    ({"response_format": "scc", "fps": "x"}, "fps", "invalid_value"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "param", "code"), WRONG)
def test_what_is_refused_is_refused_before_any_work(
    url: str, backend: Listening, fields: dict[str, Any], param: str, code: str
) -> None:
    backend.hints = None
    response = post(url + OPENAI, fields)
    error = error_in(response)
    assert (response.status_code, error["param"], error["code"]) == (400, param, code)
    assert error["type"] == "invalid_request_error"
    assert backend.hints is None


def test_the_file_is_named_as_the_client_names_it(url: str) -> None:
    response = post(url + OPENAI, {}, b"no audio", "../../etc/<script>.wav")
    assert error_in(response)["message"] == "<script>.wav: is not media that captioner can read"
    assert response.headers["content-type"] == "application/json"


def test_translations_need_a_backend_that_translates(url: str, tmp_path: Path) -> None:
    assert error_in(post(url + TRANSLATIONS))["code"] == "unsupported_value"
    translating = Scripted(lines=LINES)
    translating.traits = type(translating.traits)("scripted", text_language="en", shortest_clip=0.0)
    with serving(translating, tmp_path) as other:
        content = post(other + TRANSLATIONS, {"response_format": "verbose_json"}).json()
        assert (content["task"], content["language"], content["text"]) == ("translate", "english", TEXT)
    with serving(Scripted(), tmp_path, translating=translating) as both:
        assert post(both + OPENAI).json()["text"] == "Hello. Hello. Hello."
        assert post(both + TRANSLATIONS).json()["text"] == TEXT
        files, later = {"file": ("talk.flac", SPEECH)}, {"Prefer": "respond-async"}  # a job would not translate
        assert httpx.post(both + TRANSLATIONS, files=files, headers=later, timeout=60).json()["text"] == TEXT


def test_models(url: str) -> None:
    (model,) = httpx.get(f"{url}/v1/models").json()["data"]
    assert model == {"id": "scripted", "object": "model", "created": 0, "owned_by": "captioner"}
    assert httpx.get(f"{url}/v1/models/scripted").json() == model
    response = httpx.get(f"{url}/v1/models/gpt-4o/mini")
    assert (response.status_code, error_in(response)["code"]) == (404, "model_not_found")


def test_keys_and_paths(tmp_path: Path) -> None:
    with serving(Scripted(), tmp_path, api_keys=("secret",)) as url:
        response = post(url + OPENAI, {}, SPEECH)
        assert (response.status_code, error_in(response)["code"]) == (401, "invalid_api_key")
        response = httpx.get(f"{url}/v1/chat", headers={"Authorization": "Bearer secret"})
        assert (response.status_code, error_in(response)["code"]) == (404, "unknown_url")
