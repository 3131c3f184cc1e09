"""What transcription services answer with, in the forms that are about: JSON in one piece, and streams of events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from captioner.backends.cloud.retry import RetryableError

DONE = "[DONE]"


class ErrorInStream(Exception):
    """The service put an error in place of an event; `body` is the JSON of it."""

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.body = body


def json_object(body: str) -> dict[str, Any]:
    """The JSON object that `body` is. Raises `TryAgain` for a page, half an answer, nothing at all."""
    try:
        answer = json.loads(body)
    except ValueError:
        what = "an empty answer" if not body.strip() else f"an answer that is not JSON: {body.strip()[:60]!r}"
        raise RetryableError(what) from None
    if not isinstance(answer, dict):
        raise RetryableError(f"an answer of the wrong shape: {body.strip()[:60]!r}")
    return answer


def text_in(answer: dict[str, Any]) -> str:
    """The text of an answer: today's `text`, the older `segments`, or the form of a chat. Raises `TryAgain`."""
    text = answer.get("text")
    if text is None and isinstance(segments := answer.get("segments"), list):
        text = "".join(str(segment.get("text", "")) for segment in segments if isinstance(segment, dict))
    if text is None:
        text = _of_choice(answer, "message")
    if not isinstance(text, str):
        raise RetryableError("an answer without a text")
    return encodable(text.strip())


def texts_as_they_come(events: Iterable[str]) -> Iterator[str]:
    """The text so far, each time that it has grown, and last the whole of it. `events` are the payloads of a stream.

    Understands `transcript.text.delta` and `.done`, vLLM's chunks and the chunks of a chat. Raises `ErrorInStream`,
    and `TryAgain` for a stream that breaks off: one that shows neither the whole text nor `[DONE]`.
    """
    text = ""
    for event in events:
        if event == DONE:
            yield encodable(text.strip())
            return
        chunk = json_object(event)
        if chunk.get("error"):
            raise ErrorInStream(event)
        if chunk.get("type") == "transcript.text.done" and isinstance(chunk.get("text"), str):
            yield encodable(chunk["text"].strip())
            return
        if piece := _piece(chunk):
            text += piece
            yield encodable(text)
    raise RetryableError("the stream broke off before its end")


def error_in(body: str) -> tuple[str, str]:
    """Code and message of an error body, each "" where there is none. The code may come as a number."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return "", ""
    if not isinstance(error, dict):
        return "", str(error)
    code, message = error.get("code"), error.get("message")
    return "" if code is None else str(code), str(message or "").strip()


def encodable(text: str) -> str:
    """`text` with U+FFFD for each half of a surrogate pair, which JSON and a command line can hold and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _piece(chunk: dict[str, Any]) -> str:
    delta = chunk.get("delta")
    piece = delta if delta is not None else _of_choice(chunk, "delta")
    return piece if isinstance(piece, str) else ""


def _of_choice(answer: dict[str, Any], part: str) -> Any:
    """`choices[0].<part>.content`, None where there is no such thing."""
    try:
        return answer["choices"][0][part]["content"]
    except (KeyError, IndexError, TypeError):
        return None
