"""Servers with OpenAI's transcription API: one, or several."""

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
from tests.backends.cloud_parts import clips, quick_policy
from tests.services.openai_server import Form, OpenAIServer, Reply, error_reply, text_reply


@contextmanager
def openai_at(*servers: OpenAIServer, **options: Any) -> Iterator[OpenAI]:
    defaults: dict[str, Any] = {"policy": quick_policy(max_attempts=4), "model": "whisper-1"}
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


def test_requests_and_results() -> None:
    with OpenAIServer(lambda form: text_reply("Hello.")) as server, openai_at(server, key="a-key") as backend:
        results = list(backend.transcribe(clips(7), Hints("en-GB", "Before.", ("GLM", "Zhipu"))))
    assert [(result.status, result.text, result.language) for result in results] == [("ok", "Hello.", "en-GB")] * 7
    assert server.forms[0] == {
        "model": ["whisper-1"],
        "language": ["en"],
        "prompt": ["Before. GLM, Zhipu"],
        "response_format": ["json"],
        "file": ["<file>"],
    }
    assert set(server.keys) == {"Bearer a-key"}


def test_a_self_hosted_server_needs_no_key_and_no_model() -> None:
    with OpenAIServer(lambda form: text_reply("")) as server, openai_at(server, model=None) as backend:
        (result,) = backend.transcribe(clips(1), Hints())
    assert result.status == "empty"
    assert server.keys == [None]
    assert server.forms == [{"response_format": ["json"], "file": ["<file>"]}]


def test_word_times() -> None:
    (clip,) = clips(2)[1:]
    server = OpenAIServer(lambda form: Reply(json.dumps(VERBOSE)))
    with server, openai_at(server, word_times=True) as backend:
        assert backend.traits.word_times
        (result,) = backend.transcribe([clip], Hints())
    assert server.forms[0]["response_format"] == ["verbose_json"]
    assert server.forms[0]["timestamp_granularities[]"] == ["word", "segment"]
    assert result.words == (
        Word(clip.start, clip.start + 0.125, "Hello,"),
        Word(clip.start + 0.125, clip.start + 0.25, " big"),
        Word(clip.start + 0.25, clip.end, " world."),
    )
    assert result.language == "en"
    assert result.confidence == pytest.approx(math.exp(-0.25))


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
def test_malformed_details_do_not_lose_the_text(odd: dict[str, Any]) -> None:
    server = OpenAIServer(lambda form: Reply(json.dumps(VERBOSE | odd)))
    with server, openai_at(server, word_times=True) as backend:
        (result,) = backend.transcribe(clips(1), Hints())
    assert (result.status, result.text) == ("ok", VERBOSE["text"])
    assert "".join(word.text for word in result.words) in ("", VERBOSE["text"])


def test_a_server_that_refuses_word_times_is_used_without() -> None:
    def reply_to(form: Form) -> Reply:
        return (
            text_reply("Hello.")
            if form["response_format"] == ["json"]
            else error_reply(400, "verbose_json is not supported")
        )

    with OpenAIServer(reply_to) as server, openai_at(server, word_times=True, concurrency=1) as backend:
        results = list(backend.transcribe(clips(5), Hints()))
    assert [(result.status, result.text, result.words) for result in results] == [("ok", "Hello.", ())] * 5
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
        (result,) = backend.transcribe(clips(1), Hints())
    assert result.text == "Hello."
    assert server.forms[0]["stream"] == ["true"]


def test_a_plain_text_response_is_accepted() -> None:
    server = OpenAIServer(lambda form: Reply("Hello.\n", 200, "text/plain; charset=utf-8"))
    with server, openai_at(server) as backend:
        (result,) = backend.transcribe(clips(1), Hints())
    assert result.text == "Hello."


@pytest.mark.parametrize(
    ("reply", "status", "requests", "reason"),
    [
        (error_reply(400), "failed", 1, "the server refused it: no luck (HTTP 400)"),
        (error_reply(400, code="content_filter"), "blocked", 1, "blocked by the content policy"),
        (error_reply(413), "failed", 1, "too large for the server"),
        (error_reply(422), "failed", 1, "the server refused it: no luck"),
        (error_reply(429), "failed", 4, "gave up after 4 attempts: no luck (HTTP 429)"),
        (error_reply(500), "failed", 4, "gave up after 4 attempts"),
        (error_reply(503), "failed", 4, "gave up after 4 attempts"),
        (Reply("<html>"), "failed", 4, "the response is not JSON"),
        (Reply('data: {"error": {"message": "no luck"}}\n\n', 200, "text/event-stream"), "failed", 4, "no luck"),
    ],
)
def test_a_fault_of_one_clip(reply: Reply, status: str, requests: int, reason: str) -> None:
    with OpenAIServer(lambda form: reply) as server, openai_at(server) as backend:
        (result,) = backend.transcribe(clips(1), Hints())
    assert (result.status, result.attempts, len(server.forms)) == (status, requests, requests)
    assert reason in (result.reason or "")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (error_reply(302), "127.0.0.1 redirects to another address; check the base URL"),
        (
            error_reply(401, "Incorrect API key provided: a-key"),
            r"127.0.0.1 refused the key; check .*provided: \*\*\*",
        ),
        (error_reply(403), "does not allow this with the key"),
        (error_reply(404, code="model_not_found"), "no such model"),
        (error_reply(405), "no transcription service under this base URL"),
        (error_reply(429, code="insufficient_quota"), "no balance left; top it up"),
    ],
)
def test_an_error_that_ends_the_run(reply: Reply, sentence: str) -> None:
    with (
        OpenAIServer(lambda form: reply) as server,
        openai_at(server, key="a-key", concurrency=1) as backend,
        pytest.raises(BackendError, match=sentence),
    ):
        list(backend.transcribe(clips(3), Hints()))
    assert len(server.forms) == 1


def test_several_servers_share_the_work() -> None:
    one, two = OpenAIServer(lambda form: text_reply("one")), OpenAIServer(lambda form: text_reply("two"))
    with one, two, openai_at(one, two, concurrency=1) as backend:
        results = list(backend.transcribe(clips(10), Hints()))
    assert sorted(result.text for result in results) == ["one"] * 5 + ["two"] * 5


def test_a_server_that_fails_pauses() -> None:
    broken, working = OpenAIServer(lambda form: error_reply(502)), OpenAIServer(lambda form: text_reply("Yes."))
    with broken, working, openai_at(broken, working, concurrency=1) as backend:
        results = list(backend.transcribe(clips(10), Hints()))
    assert [result.text for result in results] == ["Yes."] * 10
    assert len(broken.forms) == 1


def test_a_server_that_is_gone_does_not_stop_the_others() -> None:
    with OpenAIServer(lambda form: text_reply("Yes.")) as gone:
        pass
    with OpenAIServer(lambda form: text_reply("Yes.")) as working, openai_at(gone, working) as backend:
        assert [result.text for result in backend.transcribe(clips(6), Hints())] == ["Yes."] * 6


def test_base_urls_may_be_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenAIServer(lambda form: text_reply("one")) as one, OpenAIServer(lambda form: text_reply("two")) as two:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{one.base_url}/, {two.base_url}")
        backend = load_backend("openai", concurrency=1)
        assert {result.text for result in backend.transcribe(clips(2), Hints())} == {"one", "two"}
        backend.close()


def test_a_missing_server_or_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "OPENAI_BASE_URL" in (OpenAI.info.missing() or "")
    with pytest.raises(BackendError, match=r"needs a model \(--model\) and a key \(OPENAI_API_KEY\)"):
        OpenAI()
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    assert OpenAI.info.missing() is None
    OpenAI(model="whisper-1").close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"base_url": "localhost:8000"}, "'localhost:8000' is not a URL"),
        ({"base_url": ","}, "'' is not a URL"),
        ({"concurrency": 0}, "concurrency of backend openai must be 1 or more"),
        ({"word_times": True, "stream": True}, "set only one of word_times and stream"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises((BackendError, UsageError), match=sentence):
        OpenAI(**options)


@pytest.mark.parametrize(
    ("base_url", "key", "remote", "metered"),
    [
        ("https://api.example.com/v1", "a-key", True, True),
        ("http://gpu1:8000/v1", None, True, False),
        ("http://127.0.0.1:8000/v1,http://gpu1:8000/v1", "a-key", True, True),
        ("http://localhost:8000/v1", None, False, False),
        ("http://127.0.0.1:8000/v1", "a-key", False, False),
    ],
)
def test_only_a_remote_server_with_a_key_is_metered(
    base_url: str, key: str | None, remote: bool, metered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    backend = OpenAI(base_url=base_url, key=key)
    backend.close()
    assert (backend.traits.remote, backend.traits.metered) == (remote, metered)


SHORT_KEYS = ["x", "local", "test", "none", "text", "ok", "{", '"']


@pytest.mark.parametrize("key", SHORT_KEYS)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_key_that_is_a_common_word_changes_no_text(key: str, stream: bool) -> None:
    spoken = "none of us met at the local station for the x ray test, { ok }"
    delta, done = {"type": "transcript.text.delta", "delta": spoken}, {"type": "transcript.text.done", "text": spoken}
    events = Reply(f"data: {json.dumps(delta)}\n\ndata: {json.dumps(done)}\n\n", content_type="text/event-stream")
    server = OpenAIServer(lambda form: events if stream else text_reply(spoken))
    with server, openai_at(server, key=key, stream=stream) as backend:
        (result,) = backend.transcribe(clips(1), Hints())
    assert (result.status, result.text, result.attempts) == ("ok", spoken, 1)


@pytest.mark.parametrize("key", ["x", "local", "sk-0123456789abcdef"])
def test_a_key_that_the_server_repeats_is_hidden_in_the_message(key: str) -> None:
    message = f"the key {key} exceeded its locality (Bearer {key})"
    with (
        OpenAIServer(lambda form: error_reply(401, message)) as server,
        openai_at(server, key=key) as backend,
        pytest.raises(BackendError) as raised,
    ):
        list(backend.transcribe(clips(1), Hints()))
    assert "the key *** exceeded its locality (Bearer ***)" in str(raised.value)


def test_a_key_in_a_page_that_is_no_json_is_hidden_before_the_page_is_cut() -> None:
    key = "sk-0123456789abcdef"
    with OpenAIServer(lambda form: Reply(f"{'-' * 50} {key}")) as server, openai_at(server, key=key) as backend:
        (result,) = backend.transcribe(clips(1), Hints())
    assert "sk-0" not in str(result.reason)
    assert "***" in str(result.reason)


def test_the_password_of_a_base_url_is_hidden_in_every_message() -> None:
    def repeat(form: Form) -> Reply:
        return error_reply(401, f"{server.keys[-1]} of me and pass word is wrong at /v1?token=abc")

    with OpenAIServer(repeat) as server:
        base_url = server.base_url.replace("://", "://me:pass%20word@")
        backend = OpenAI(base_url=base_url, policy=quick_policy())
        with pytest.raises(BackendError) as raised:
            list(backend.transcribe(clips(1), Hints()))
        backend.close()
    assert "Basic *** of me and *** is wrong at /v1?token=***" in str(raised.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://[::1/v1",
        "http://host:99999/v1",
        "http://host:port/v1",
        "http://a..b/v1",
        "http://[::1",
        "ftp://h/v1",
        "http:///v1",
        "h",
    ],
)
def test_a_malformed_base_url_is_one_sentence(base_url: str) -> None:
    with pytest.raises(UsageError, match="is not a URL; it looks like http://127"):
        OpenAI(base_url=base_url)
