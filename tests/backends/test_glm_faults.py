"""The fault matrix: whatever the service does to one clip, what becomes of it, and that the others are whole.

A row is met by every request for that clip, and where asking again helps, a second time by the first request alone.
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
from tests.backends.cloud_parts import clips, quick

ATTEMPTS = 4

IMPATIENT, PATIENT = 0.5, 20.0
"""Seconds to wait for an answer where none will come, and where a busy machine may take its time."""

CLIPS = clips(6)
VICTIM = 2
TEXTS = [f"Sentence number {number}." for number in range(len(CLIPS))]


@dataclass(frozen=True)
class Fate:
    """What becomes of the clip after how many requests for it; `sentence` stands in its reason. `stop` ends the run."""

    status: Status | None
    requests: int
    sentence: str = ""


@dataclass(frozen=True)
class Row:
    fault: Fault
    once: Fate
    always: Fate
    stream: bool = False


def again(fault: Fault, sentence: str, *, stream: bool = False) -> Row:
    return Row(fault, Fate("ok", 2), Fate("failed", ATTEMPTS, f"given up after 4 attempts: {sentence}"), stream)


def final(fault: Fault, sentence: str, status: Status = "failed") -> Row:
    fate = Fate(status, 1, sentence)
    return Row(fault, fate, fate)


def stop(fault: Fault, sentence: str) -> Row:
    fate = Fate(None, 1, sentence)
    return Row(fault, fate, fate)


KEY = "the key from the options was refused; check it, and that it is a key for 127.0.0.1"
ACCOUNT = "the account cannot be used; see its page"
RIGHT = "this account may not use glm-asr-2512 here"
MODEL = "there is no model glm-asr-2512 at 127.0.0.1; choose"
QUOTA = "the quota is used up; run again when it is renewed"
PLAN = "the account's plan does not cover this"

ROWS = {
    "500": again(error("500"), "no luck (code 500)"),
    **{code: stop(error(code), KEY) for code in ("1000", "1001", "1002", "1003", "1004")},
    **{code: stop(error(code), ACCOUNT) for code in ("1100", "1110", "1111", "1112", "1121")},
    "1113": stop(error("1113"), "the account has no balance left; top it up and run again: Insufficient balance"),
    **{code: again(error(code), f"no luck (code {code})") for code in ("1120", "1200", "1230", "1234", "1303", "1312")},
    **{code: final(error(code), f"refused: no luck (code {code})") for code in ("1210", "1213", "1215")},
    "1211": stop(error("1211"), MODEL),
    "1212": stop(error("1212"), MODEL),
    "1214 format": final(error("1214"), "refused: The current file format is not supported"),
    # Half a second is not worth cutting; test_glm.py cuts longer ones.
    "1214 duration": final(error("1214", message="transcriptions文件时长限制为0-30秒"), "too long for the service"),
    **{code: stop(error(code), RIGHT) for code in ("1220", "1221", "1222")},
    "1231": again(error("1231"), "the request id was taken"),
    "1261": final(error("1261"), "the prompt is too long"),
    "1300": final(error("1300"), "refused by the content policy", "blocked"),
    "1301": final(error("1301"), "refused by the content policy: System detected", "blocked"),
    "1302": again(error("1302"), "too many requests: Rate limit reached"),
    **{code: stop(error(code), QUOTA) for code in ("1304", "1308", "1310")},
    "1308 tells when": stop(error("1308"), "it will reset at 2026-11-21 08:00:00"),
    "1305": again(error("1305"), "The model is under heavy load"),
    **{code: stop(error(code), PLAN) for code in ("1309", "1311", "1313")},
    "an unknown code": final(error("1299"), "refused: no luck (code 1299)"),
    "HTTP 302": stop(error(status=302), "127.0.0.1 sends elsewhere; check the base URL"),
    "HTTP 400": final(error(status=400), "refused: no luck (HTTP 400)"),
    "HTTP 401": stop(error(status=401), KEY),
    "HTTP 403": stop(error(status=403), RIGHT),
    "HTTP 404": stop(error(status=404), "there is no transcription service at 127.0.0.1 under this base URL"),
    "HTTP 413": final(error(status=413), "too long for the service"),
    "HTTP 429": again(error(status=429), "too many requests: no luck (HTTP 429)"),
    "HTTP 434": stop(error(status=434), RIGHT),
    "HTTP 435": final(error(status=435), "too long for the service"),
    **{f"HTTP {status}": again(error(status=status), f"no luck (HTTP {status})") for status in (408, 500, 502, 503)},
    "reset in mid-body": again(reset(), "the connection broke"),
    "silence": again(silence(30), "no answer in time"),
    "slow drip": again(drip(0.05), "the answer came too slowly"),
    "malformed JSON": again(malformed(), "an answer that is not JSON"),
    "an HTML page": again(html(), "an answer that is not JSON: '<!doctype html>"),
    "an empty body": again(empty(), "an empty answer"),
    "an empty stream": again(empty(), "an empty answer", stream=True),
    "a cut stream": again(cut_stream(), "the connection broke", stream=True),
    "an error in place of a stream": again(error("1305"), "The model is under heavy load", stream=True),
    "an overload inside a stream": again(error_in_stream("1305"), "The model is under heavy load", stream=True),
    "no balance inside a stream": replace(stop(error_in_stream("1113"), "no balance left"), stream=True),
    "an error with status 200": again(error_in_stream("1230"), "no luck (code 1230)"),
    # Half a second is not cut in two: it is flagged as it is.
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
    fate = row.always if always else row.once
    with GlmService(dict(zip(map(audio_key, CLIPS), TEXTS, strict=True)), faults=faults) as service:
        glm = Glm(
            key=service.key,
            base_url=service.base_url,
            concurrency=3,
            stream=row.stream,
            timeout=IMPATIENT if row.fault.kind in ("silence", "drip") else PATIENT,
            policy=quick(attempts=ATTEMPTS),
        )
        # One after the other, where what was heard before the end is to be known exactly.
        calls = [[clip] for clip in CLIPS] if fate.status is None else [CLIPS]
        heard, stopped = drained(chain.from_iterable(glm.transcribe(call, Hints()) for call in calls))
        glm.close()
        asked = [request.sound.key for request in service.requests].count(key)

    assert service.key not in f"{heard} {stopped!r} {stopped}"
    assert asked == fate.requests
    if fate.status is None:
        assert fate.sentence in str(stopped)
        assert heard == [Recognition("ok", text) for text in TEXTS[:VICTIM]]
        return
    assert stopped is None
    mine = heard.pop(VICTIM)
    assert (mine.status, mine.attempts) == (fate.status, fate.requests)
    assert fate.sentence in (mine.reason or "")
    assert bool(mine.reason) == bool(fate.sentence)
    assert [one.text for one in heard] == TEXTS[:VICTIM] + TEXTS[VICTIM + 1 :]
    assert all(one.status == "ok" and one.reason is None for one in heard)


def test_connection_refused() -> None:
    with GlmService({}) as service:
        nobody_listens = service.base_url
    glm = Glm(key="a-key", base_url=nobody_listens, policy=quick(attempts=ATTEMPTS))
    heard, stopped = drained(glm.transcribe(CLIPS, Hints()))
    glm.close()
    assert heard == []
    assert "no connection" in str(stopped)
    assert "check the network and the base URL and run again" in str(stopped)


def drained(answers: Iterable[Recognition]) -> tuple[list[Recognition], BackendError | None]:
    """All that was heard, and what ended the run before its time."""
    heard = []
    try:
        for one in answers:
            heard.append(one)
    except BackendError as error:
        return heard, error
    return heard, None
