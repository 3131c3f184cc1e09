"""The fault matrix: the result of a clip for each fault of the service; the other clips are not affected.

Every request for the clip gets the fault. Where a retry helps, a second case has it for the first request only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

import pytest

from captioner.backends import Hints, Recognition
from captioner.backends.glm.backend import Glm
from captioner.errors import BackendError
from captioner.testing import (
    Fault,
    Faults,
    GlmService,
    audio_key,
    cut_stream,
    drip,
    echo_key,
    empty,
    error,
    error_in_stream,
    html,
    looped,
    malformed,
    reset,
    silence,
)
from captioner.values import Status
from tests.backends.cloud_parts import clips, quick_policy

ATTEMPTS = 4

SHORT_TIMEOUT, LONG_TIMEOUT = 0.5, 20.0
"""Seconds to wait for a response that will not come, and for one that a busy machine may send late."""

CLIPS = clips(6)
VICTIM = 2
TEXTS = [f"Sentence number {number}." for number in range(len(CLIPS))]


@dataclass(frozen=True)
class Expected:
    """The result of the clip: its status (None: the run stops), the number of requests, and a part of the reason."""

    status: Status | None
    requests: int
    reason: str = ""


@dataclass(frozen=True)
class Row:
    fault: Fault
    once: Expected
    always: Expected
    stream: bool = False


def retried(fault: Fault, reason: str, *, stream: bool = False) -> Row:
    return Row(fault, Expected("ok", 2), Expected("failed", ATTEMPTS, f"gave up after 4 attempts: {reason}"), stream)


def final(fault: Fault, reason: str, status: Status = "failed") -> Row:
    expected = Expected(status, 1, reason)
    return Row(fault, expected, expected)


def stop(fault: Fault, reason: str) -> Row:
    expected = Expected(None, 1, reason)
    return Row(fault, expected, expected)


KEY = "127.0.0.1 refused the key from the options; check the key, and that it is for this server"
ACCOUNT = "the account at 127.0.0.1 cannot be used"
RIGHT = "the account at 127.0.0.1 may not use glm-asr-2512"
MODEL = "127.0.0.1 has no model glm-asr-2512; use glm-asr-2512 or glm-asr"
QUOTA = "the quota at 127.0.0.1 is used up; run again when it is renewed"
PLAN = "the plan of the account at 127.0.0.1 does not cover glm-asr-2512"

ROWS = {
    "500": retried(error("500"), "no luck (code 500)"),
    **{code: stop(error(code), KEY) for code in ("1000", "1001", "1002", "1003", "1004")},
    **{code: stop(error(code), ACCOUNT) for code in ("1100", "1110", "1111", "1112", "1121")},
    "1113": stop(error("1113"), "127.0.0.1 has no balance left; top it up and run again: Insufficient balance"),
    **{
        code: retried(error(code), f"no luck (code {code})")
        for code in ("1120", "1200", "1230", "1234", "1303", "1312")
    },
    **{code: final(error(code), f"the service refused it: no luck (code {code})") for code in ("1210", "1213", "1215")},
    "1211": stop(error("1211"), MODEL),
    "1212": stop(error("1212"), MODEL),
    "1214 format": final(error("1214"), "the service refused it: The current file format is not supported"),
    # Half a second is not split; test_glm.py has longer clips.
    "1214 duration": final(error("1214", message="transcriptions文件时长限制为0-30秒"), "too long for the service"),
    **{code: stop(error(code), RIGHT) for code in ("1220", "1221", "1222")},
    "1231": retried(error("1231"), "the request id is in use"),
    "1261": final(error("1261"), "the prompt is too long"),
    "1300": final(error("1300"), "blocked by the content policy", "blocked"),
    "1301": final(error("1301"), "blocked by the content policy of the service: System detected", "blocked"),
    "1302": retried(error("1302"), "too many requests: Rate limit reached"),
    **{code: stop(error(code), QUOTA) for code in ("1304", "1308", "1310")},
    "1308 tells when": stop(error("1308"), "it will reset at 2026-11-21 08:00:00"),
    "1305": retried(error("1305"), "The model is under heavy load"),
    **{code: stop(error(code), PLAN) for code in ("1309", "1311", "1313")},
    "an unknown code": final(error("1299"), "the service refused it: no luck (code 1299)"),
    "HTTP 302": stop(error(status=302), "127.0.0.1 redirects to another address; check the base URL"),
    "HTTP 400": final(error(status=400), "the service refused it: no luck (HTTP 400)"),
    "HTTP 401": stop(error(status=401), KEY),
    "HTTP 403": stop(error(status=403), RIGHT),
    "HTTP 404": stop(error(status=404), "127.0.0.1 has no transcription service under this base URL"),
    "HTTP 413": final(error(status=413), "too long for the service"),
    "HTTP 429": retried(error(status=429), "too many requests: no luck (HTTP 429)"),
    "HTTP 434": stop(error(status=434), RIGHT),
    "HTTP 435": final(error(status=435), "too long for the service"),
    **{f"HTTP {status}": retried(error(status=status), f"no luck (HTTP {status})") for status in (408, 500, 502, 503)},
    "reset in mid-body": retried(reset(), "the connection broke"),
    "silence": retried(silence(30), "no response in time"),
    "slow drip": retried(drip(0.05), "the response came too slowly"),
    "malformed JSON": retried(malformed(), "the response is not JSON"),
    "an HTML page": retried(html(), "the response is not JSON: '<!doctype html>"),
    "an empty body": retried(empty(), "the response is empty"),
    "an empty stream": retried(empty(), "the response is empty", stream=True),
    "a cut stream": retried(cut_stream(), "the connection broke", stream=True),
    "an error in place of a stream": retried(error("1305"), "The model is under heavy load", stream=True),
    "an overload inside a stream": retried(error_in_stream("1305"), "The model is under heavy load", stream=True),
    "no balance inside a stream": replace(stop(error_in_stream("1113"), "no balance left"), stream=True),
    "an error with status 200": retried(error_in_stream("1230"), "no luck (code 1230)"),
    # Half a second is not split: its text is flagged.
    "text that loops": final(looped(), "the text repeats 'thank you for watching' over and over", "ok"),
    "the key repeated": stop(echo_key(), "invalid key ***"),
}


CASES = {
    f"{name}, {'always' if always else 'once'}": (row, always)
    for name, row in ROWS.items()
    for always in (True, False)
    if always or row.once != row.always
}


@pytest.mark.parametrize(("row", "always"), CASES.values(), ids=list(CASES))
def test_fault(row: Row, always: bool) -> None:
    key = audio_key(CLIPS[VICTIM])
    faults: Faults = {key: row.fault if always else (row.fault,)}
    expected = row.always if always else row.once
    with GlmService(dict(zip(map(audio_key, CLIPS), TEXTS, strict=True)), faults=faults) as service:
        glm = Glm(
            key=service.key,
            base_url=service.base_url,
            concurrency=3,
            stream=row.stream,
            timeout=SHORT_TIMEOUT if row.fault.kind in ("silence", "drip") else LONG_TIMEOUT,
            policy=quick_policy(max_attempts=ATTEMPTS),
        )
        # One after the other if the run stops, so that the results before the stop are known.
        calls = [[clip] for clip in CLIPS] if expected.status is None else [CLIPS]
        results, stopped = drained(chain.from_iterable(glm.transcribe(call, Hints()) for call in calls))
        glm.close()
        sent = [request.audio_file.key for request in service.requests].count(key)

    assert service.key not in f"{results} {stopped!r} {stopped}"
    assert sent == expected.requests
    if expected.status is None:
        assert expected.reason in str(stopped)
        assert results == [Recognition("ok", text) for text in TEXTS[:VICTIM]]
        return
    assert stopped is None
    victim = results.pop(VICTIM)
    assert (victim.status, victim.attempts) == (expected.status, expected.requests)
    assert expected.reason in (victim.reason or "")
    assert bool(victim.reason) == bool(expected.reason)
    assert [result.text for result in results] == TEXTS[:VICTIM] + TEXTS[VICTIM + 1 :]
    assert all(result.status == "ok" and result.reason is None for result in results)


def test_connection_refused() -> None:
    with GlmService({}) as service:
        closed = service.base_url
    glm = Glm(key="a-key", base_url=closed, policy=quick_policy(max_attempts=ATTEMPTS))
    results, stopped = drained(glm.transcribe(CLIPS, Hints()))
    glm.close()
    assert results == []
    assert "cannot connect" in str(stopped)
    assert "check the network and the base URL, then run again" in str(stopped)


def drained(recognitions: Iterable[Recognition]) -> tuple[list[Recognition], BackendError | None]:
    """All results, and the error that ended the run early."""
    results = []
    try:
        for recognition in recognitions:
            results.append(recognition)
    except BackendError as error:
        return results, error
    return results, None
