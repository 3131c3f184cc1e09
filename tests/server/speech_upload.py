"""Real speech as the file of a request, and the parts of a stream of events."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.paths import DATA

SPEECH = (DATA / "three_sentences.flac").read_bytes()

LINES = ["The first sentence.", "The second one.", "And the third."]
"""What the backend `scripted` returns for the three sentences."""

TEXT = " ".join(LINES)

GLM = "/api/paas/v4/audio/transcriptions"
OPENAI = "/v1/audio/transcriptions"


def post(
    url: str, fields: dict[str, Any] | None = None, file: bytes = SPEECH, name: str = "talk.flac"
) -> httpx.Response:
    """Return the response to a form with a file."""
    return httpx.post(url, data=fields or {}, files={"file": (name, file)}, timeout=60)


def events(response: httpx.Response) -> list[Any]:
    """Return the events of a stream, the JSON of each, but the last one as text."""
    assert response.headers["content-type"].startswith("text/event-stream")
    data = [part.removeprefix("data: ") for part in response.text.split("\n\n") if part.startswith("data: ")]
    return [*map(json.loads, data[:-1]), data[-1]]


def error_in(response: httpx.Response) -> dict[str, Any]:
    """Return the error of a response."""
    error: dict[str, Any] = response.json()["error"]
    return error
