"""Response bodies, streams, and words that are made to spell a text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioner.backends.cloud.responses import ErrorInStream, error_in, growing_text, json_object, text_in
from captioner.backends.cloud.retry import RetryableError
from captioner.backends.word_spelling import words_with_text
from captioner.values import Word


def events(*chunks: dict[str, Any], done: bool = True) -> list[str]:
    return [json.dumps(chunk) for chunk in chunks] + ["[DONE]"] * done


def delta(text: str) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": text}


def full(text: str) -> dict[str, Any]:
    return {"type": "transcript.text.done", "text": text}


def vllm(text: str | None) -> dict[str, Any]:
    return {"object": "transcription.chunk", "choices": [{"delta": {"content": text}}]}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"text": " How's the weather? "}, "How's the weather?"),
        ({"text": ""}, ""),
        ({"text": "a\ud83d b\U0001f600"}, "a\ufffd b\U0001f600"),
        ({"text": "All.", "segments": [{"id": 0, "start": 0.2, "end": 3.5, "text": "A part."}]}, "All."),
        ({"segments": [{"text": "One. "}, {"text": "Two."}]}, "One. Two."),
        ({"choices": [{"message": {"role": "assistant", "content": "As in a chat."}}], "usage": {}}, "As in a chat."),
    ],
)
def test_the_text_of_a_response(content: dict[str, Any], text: str) -> None:
    assert text_in(content) == text


@pytest.mark.parametrize(
    "content", [{}, {"text": 7}, {"choices": []}, {"segments": None}, {"choices": [{"message": 1}]}]
)
def test_a_response_without_a_text(content: dict[str, Any]) -> None:
    with pytest.raises(RetryableError, match="has no text"):
        text_in(content)


@pytest.mark.parametrize("body", ["", " ", "{", "<html>", "[1]", '"text"', "null"])
def test_a_body_that_is_not_a_json_object(body: str) -> None:
    with pytest.raises(RetryableError, match=r"is empty|not JSON|not a JSON object"):
        json_object(body, str)


@pytest.mark.parametrize(
    ("stream", "texts"),
    [
        (events(delta("How's"), delta(" the"), full("How's the.")), ["How's", "How's the", "How's the."]),
        (events(delta("How's"), full("How is."), done=False), ["How's", "How is."]),
        (events(delta("How's"), delta(" it")), ["How's", "How's it", "How's it"]),
        (events(vllm("你"), vllm("好"), vllm(None), vllm("")), ["你", "你好", "你好"]),
        (events(), [""]),
        (events(full("")), [""]),
    ],
)
def test_a_stream_grows(stream: list[str], texts: list[str]) -> None:
    assert list(growing_text(stream, str)) == texts


def test_a_stream_that_breaks_off_is_an_error() -> None:
    texts = growing_text(events(delta("How's"), delta(" the"), done=False), str)
    assert next(texts) == "How's"
    with pytest.raises(RetryableError, match="broke off"):
        list(texts)


def test_an_error_in_a_stream() -> None:
    with pytest.raises(ErrorInStream) as caught:
        list(growing_text(events(delta("How's"), {"error": {"code": "1301", "message": "unsafe"}}), str))
    assert error_in(caught.value.body, str) == ("1301", "unsafe")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"error": {"code": "1214", "message": "bad"}}', ("1214", "bad")),
        ('{"error": {"code": 1302}}', ("1302", "")),
        ('{"error": {"message": "bad", "type": "x", "code": null}}', ("", "bad")),
        ('{"error": "bad"}', ("", "bad")),
        ("<html>", ("", "")),
        ("[]", ("", "")),
        ("{}", ("", "")),
    ],
)
def test_the_error_in_a_body(body: str, error: tuple[str, str]) -> None:
    assert error_in(body, str) == error


def timed(*texts: str) -> list[Word]:
    return [Word(float(number), number + 0.5, text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "words", "spelling"),
    [
        ("Hello, big world.", ("hello", "big", "world"), ["Hello,", " big", " world."]),
        ('He said: "Go on!"', ("He", "said", "Go", "on"), ["He", " said:", ' "Go', ' on!"']),
        ("你好，世界。", ("你好", "世界"), ["你好，", "世界。"]),
        ("— well —", ("well",), ["— well —"]),
        ("It's 5 o'clock", (" It's", " 5", " o'clock"), ["It's", " 5", " o'clock"]),
    ],
)
def test_words_spell_the_text(text: str, words: tuple[str, ...], spelling: list[str]) -> None:
    assert [word.text for word in words_with_text(text, timed(*words))] == spelling


@pytest.mark.parametrize(
    ("text", "words"), [("Hello world", ("world",)), ("Hello", ("hullo",)), ("", ()), ("Hi", ()), ("a b", ("a", ""))]
)
def test_words_of_another_text_are_dropped(text: str, words: tuple[str, ...]) -> None:
    assert words_with_text(text, timed(*words)) == ()


@given(st.text(max_size=40), st.lists(st.text(max_size=5), max_size=6))
def test_words_spell_the_text_or_are_dropped(text: str, words: list[str]) -> None:
    spelling = words_with_text(text, timed(*words))
    assert not spelling or "".join(word.text for word in spelling) == text
