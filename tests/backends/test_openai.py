"""Servers with OpenAI's transcription API, one and many."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from captioner.backends import Hints, load_backend
from captioner.backends.openai.backend import OpenAI
from captioner.errors import BackendError, UsageError
from captioner.values import Word
from tests.backends.cloud_parts import clips, quick
from tests.services.openai_server import Form, OpenAIServer, Reply, fails, says


@contextmanager
def openai_at(*servers: OpenAIServer, **options: Any) -> Iterator[OpenAI]:
    defaults: dict[str, Any] = {"policy": quick(attempts=4), "model": "whisper-1"}
    backend = OpenAI(base_url=[server.base_url for server in servers], **defaults | options)
    yield backend
    backend.close()


VERBOSE = {
    "task": "transcribe",
    "language": "en",
    "duration": 0.5,
    "text": "Hello, big world.",
    "segments": [{"id": 0, "start": 0, "end": 0.5, "text": "Hello, big world.", "avg_logprob": -0.25}],
    "words": [
        {"word": "Hello", "start": 0.0, "end": 0.125},
        {"word": "big", "start": 0.125, "end": 0.25},
        {"word": "world", "start": 0.25, "end": 9.0},
    ],
}


def test_what_is_sent_and_heard() -> None:
    with OpenAIServer(lambda form: says("Hello.")) as server, openai_at(server, key="a-key") as backend:
        heard = list(backend.transcribe(clips(7), Hints("en-GB", "Before.", ("GLM", "Zhipu"))))
    assert [(one.status, one.text, one.language) for one in heard] == [("ok", "Hello.", "en-GB")] * 7
    assert server.forms[0] == {
        "model": ["whisper-1"],
        "language": ["en"],
        "prompt": ["Before. GLM, Zhipu"],
        "response_format": ["json"],
        "file": ["<file>"],
    }
    assert set(server.keys) == {"Bearer a-key"}


def test_a_server_of_ones_own_needs_no_key_and_no_model() -> None:
    with OpenAIServer(lambda form: says("")) as server, openai_at(server, model=None) as backend:
        (heard,) = backend.transcribe(clips(1), Hints())
    assert heard.status == "empty"
    assert server.keys == [None]
    assert server.forms == [{"response_format": ["json"], "file": ["<file>"]}]


def test_word_times() -> None:
    (clip,) = clips(2)[1:]
    server = OpenAIServer(lambda form: Reply(json.dumps(VERBOSE)))
    with server, openai_at(server, word_times=True) as backend:
        assert backend.traits.word_times
        (heard,) = backend.transcribe([clip], Hints())
    assert server.forms[0]["response_format"] == ["verbose_json"]
    assert server.forms[0]["timestamp_granularities[]"] == ["word", "segment"]
    assert heard.words == (
        Word(clip.start, clip.start + 0.125, "Hello,"),
        Word(clip.start + 0.125, clip.start + 0.25, " big"),
        Word(clip.start + 0.25, clip.end, " world."),
    )
    assert heard.language == "en"
    assert heard.confidence == pytest.approx(math.exp(-0.25))


@pytest.mark.parametrize(
    "odd",
    [
        {"words": None},
        {"words": [{"word": "Hello"}]},
        {"words": [{"word": "Hello", "start": 1, "end": None}]},
        {"words": [{"word": "Other", "start": 0, "end": 1}]},
        {"words": [{"word": "Hello", "start": math.nan, "end": 1}]},
        {"segments": []},
        {"segments": [{"avg_logprob": 0}], "words": []},
        {"language": "english", "segments": "none"},
    ],
)
def test_odd_extras_do_not_cost_the_text(odd: dict[str, Any]) -> None:
    server = OpenAIServer(lambda form: Reply(json.dumps(VERBOSE | odd)))
    with server, openai_at(server, word_times=True) as backend:
        (heard,) = backend.transcribe(clips(1), Hints())
    assert (heard.status, heard.text) == ("ok", VERBOSE["text"])
    assert "".join(word.text for word in heard.words) in ("", VERBOSE["text"])


def test_a_server_without_word_times_is_asked_without() -> None:
    def answer(form: Form) -> Reply:
        return says("Hello.") if form["response_format"] == ["json"] else fails(400, "verbose_json is not supported")

    with OpenAIServer(answer) as server, openai_at(server, word_times=True, concurrency=1) as backend:
        heard = list(backend.transcribe(clips(5), Hints()))
    assert [(one.status, one.text, one.words) for one in heard] == [("ok", "Hello.", ())] * 5
    assert len(server.forms) == 6


@pytest.mark.parametrize(
    "stream",
    [
        [{"type": "transcript.text.delta", "delta": "Hel"}, {"type": "transcript.text.done", "text": "Hello."}],
        [{"object": "transcription.chunk", "choices": [{"delta": {"content": part}}]} for part in ("Hel", "lo.")],
    ],
)
def test_streams(stream: list[dict[str, Any]]) -> None:
    lines = [json.dumps(event) for event in stream] + ["[DONE]"]
    body = "".join(f"data: {line}\n\n" for line in lines)
    server = OpenAIServer(lambda form: Reply(body, 200, "text/event-stream"))
    with server, openai_at(server, stream=True) as backend:
        (heard,) = backend.transcribe(clips(1), Hints())
    assert heard.text == "Hello."
    assert server.forms[0]["stream"] == ["true"]


def test_plain_text_is_an_answer_too() -> None:
    server = OpenAIServer(lambda form: Reply("Hello.\n", 200, "text/plain; charset=utf-8"))
    with server, openai_at(server) as backend:
        (heard,) = backend.transcribe(clips(1), Hints())
    assert heard.text == "Hello."


@pytest.mark.parametrize(
    ("reply", "status", "requests", "reason"),
    [
        (fails(400), "failed", 1, "refused: no luck (HTTP 400)"),
        (fails(400, code="content_filter"), "blocked", 1, "refused by the content policy"),
        (fails(413), "failed", 1, "too large for the server"),
        (fails(422), "failed", 1, "refused: no luck"),
        (fails(429), "failed", 4, "given up after 4 attempts: no luck (HTTP 429)"),
        (fails(500), "failed", 4, "given up after 4 attempts"),
        (fails(503), "failed", 4, "given up after 4 attempts"),
        (Reply("<html>"), "failed", 4, "an answer that is not JSON"),
        (Reply('data: {"error": {"message": "no luck"}}\n\n', 200, "text/event-stream"), "failed", 4, "no luck"),
    ],
)
def test_what_goes_wrong_with_a_clip(reply: Reply, status: str, requests: int, reason: str) -> None:
    with OpenAIServer(lambda form: reply) as server, openai_at(server) as backend:
        (heard,) = backend.transcribe(clips(1), Hints())
    assert (heard.status, heard.attempts, len(server.forms)) == (status, requests, requests)
    assert reason in (heard.reason or "")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (fails(302), "127.0.0.1 sends elsewhere; check the base URL"),
        (fails(401, "Incorrect API key provided: a-key"), r"the key was refused .*provided: \*\*\*"),
        (fails(403), "the key may not do this"),
        (fails(404, code="model_not_found"), "no such model"),
        (fails(405), "no transcription under this base URL"),
        (fails(429, code="insufficient_quota"), "no balance left; top it up"),
    ],
)
def test_what_ends_a_run(reply: Reply, sentence: str) -> None:
    with (
        OpenAIServer(lambda form: reply) as server,
        openai_at(server, key="a-key", concurrency=1) as backend,
        pytest.raises(BackendError, match=sentence),
    ):
        list(backend.transcribe(clips(3), Hints()))
    assert len(server.forms) == 1


def test_a_fleet_shares_the_work() -> None:
    one, two = OpenAIServer(lambda form: says("one")), OpenAIServer(lambda form: says("two"))
    with one, two, openai_at(one, two, concurrency=1) as backend:
        heard = list(backend.transcribe(clips(10), Hints()))
    assert sorted(answer.text for answer in heard) == ["one"] * 5 + ["two"] * 5


def test_a_server_that_fails_is_set_aside() -> None:
    broken, sound = OpenAIServer(lambda form: fails(502)), OpenAIServer(lambda form: says("Yes."))
    with broken, sound, openai_at(broken, sound, concurrency=1) as backend:
        heard = list(backend.transcribe(clips(10), Hints()))
    assert [answer.text for answer in heard] == ["Yes."] * 10
    assert len(broken.forms) == 1


def test_a_server_that_is_gone_is_not_the_end_of_the_fleet() -> None:
    with OpenAIServer(lambda form: says("Yes.")) as gone:
        pass
    with OpenAIServer(lambda form: says("Yes.")) as sound, openai_at(gone, sound) as backend:
        assert [answer.text for answer in backend.transcribe(clips(6), Hints())] == ["Yes."] * 6


def test_base_urls_may_be_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenAIServer(lambda form: says("one")) as one, OpenAIServer(lambda form: says("two")) as two:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{one.base_url}/, {two.base_url}")
        backend = load_backend("openai", concurrency=1)
        assert {answer.text for answer in backend.transcribe(clips(2), Hints())} == {"one", "two"}
        backend.close()


def test_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "OPENAI_BASE_URL" in (OpenAI.missing() or "")
    with pytest.raises(BackendError, match="a model, and a key in OPENAI_API_KEY"):
        OpenAI()
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    assert OpenAI.missing() is None
    OpenAI(model="whisper-1").close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"base_url": "localhost:8000"}, "'localhost:8000' is no address"),
        ({"base_url": ","}, "'' is no address"),
        ({"concurrency": 0}, "a concurrency of 1 or more"),
        ({"word_times": True, "stream": True}, "choose one"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises((BackendError, UsageError), match=sentence):
        OpenAI(**options)
