"""Reads the responses of transcription services: one JSON object, or a stream of events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from captioner.backends.cloud.retry import RetryableError

DONE = "[DONE]"

Printable = Callable[[str], str]
"""Hides the secrets in text of a body that goes into a message: `HttpResponse.printable`."""


class ErrorInStream(Exception):
    """The service sent an error in place of an event; `body` is its JSON."""

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.body = body


def json_object(body: str, printable: Printable) -> dict[str, Any]:
    """Return the JSON object in `body`. Raises `RetryableError` for a web page, half a body, an empty one."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise RetryableError(
            f"the response is not JSON: {_excerpt(body, printable)}" if body.strip() else "the response is empty"
        ) from None
    if not isinstance(content, dict):
        raise RetryableError(f"the response is not a JSON object: {_excerpt(body, printable)}")
    return content


def _excerpt(body: str, printable: Printable) -> str:
    """Return the first characters of a body. Its secrets are hidden before it is cut, since half a key is one too."""
    return repr(printable(body.strip()[:1000])[:60])


def text_in(content: dict[str, Any]) -> str:
    """Return the text of a response: in `text`, in the older `segments`, or as in a chat. Raises `RetryableError`."""
    text = content.get("text")
    if text is None and isinstance(segments := content.get("segments"), list):
        text = "".join(str(segment.get("text", "")) for segment in segments if isinstance(segment, dict))
    if text is None:
        text = _in_first_choice(content, "message")
    if not isinstance(text, str):
        raise RetryableError("the response has no text")
    return encodable(text.strip())


def growing_text(events: Iterable[str], printable: Printable) -> Iterator[str]:
    """Yield the text so far, each time it grows, and at the end the full text. `events` are the payloads of a stream.

    Reads `transcript.text.delta` and `.done`, vLLM's chunks and the chunks of a chat. Raises `ErrorInStream`, and
    `RetryableError` for a stream that ends with neither the full text nor `[DONE]`.
    """
    text = ""
    for event in events:
        if event == DONE:
            yield encodable(text.strip())
            return
        chunk = json_object(event, printable)
        if chunk.get("error"):
            raise ErrorInStream(event)
        if chunk.get("type") == "transcript.text.done" and isinstance(chunk.get("text"), str):
            yield encodable(chunk["text"].strip())
            return
        if delta := _delta(chunk):
            text += delta
            yield encodable(text)
    raise RetryableError("the stream broke off before its end")


def error_in(body: str, printable: Printable) -> tuple[str, str]:
    """Return the code and message of an error body, each "" if it is absent. The code may be a number in the JSON."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", ""
    if not isinstance(error, dict):
        return "", printable(str(error))
    code, message = error.get("code"), error.get("message")
    return "" if code is None else printable(str(code)), printable(str(message or "").strip())


def encodable(text: str) -> str:
    """Return `text` with U+FFFD for each lone surrogate, which JSON and a command line can hold and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _delta(chunk: dict[str, Any]) -> str:
    delta = chunk.get("delta")
    if delta is None:
        delta = _in_first_choice(chunk, "delta")
    return delta if isinstance(delta, str) else ""


def _in_first_choice(content: dict[str, Any], part: str) -> Any:
    """Return `choices[0].<part>.content`, None if there is no such thing."""
    try:
        return content["choices"][0][part]["content"]
    except (KeyError, IndexError, TypeError):
        return None
