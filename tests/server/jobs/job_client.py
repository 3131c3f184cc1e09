"""What tests do with jobs over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.paths import DATA

SPEECH = DATA / "three_sentences.flac"


def submit(url: str, **fields: Any) -> dict[str, Any]:
    """Send the sample as a job; return it."""
    response = httpx.post(f"{url}/v1/jobs", files={"file": ("talk.flac", SPEECH.read_bytes())}, data=fields)
    assert response.status_code == 201, response.text
    job: dict[str, Any] = response.json()
    return job


def finished(url: str, id: str, timeout: float = 30) -> dict[str, Any]:
    """Return the job when it has ended."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        job: dict[str, Any] = httpx.get(f"{url}/v1/jobs/{id}").json()
        if job["state"] not in ("waiting", "running"):
            return job
        time.sleep(0.02)
    raise AssertionError(f"job {id} does not end: {job}")


def events(url: str, id: str) -> Iterator[tuple[str, Any]]:
    """Yield the events of a job until they end."""
    with httpx.stream("GET", f"{url}/v1/jobs/{id}/events", timeout=30) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in response.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, json.loads(value)
