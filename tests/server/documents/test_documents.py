"""Documents over HTTP, as the page edits them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captioner.backends import load_backend
from captioner.server.documents import document_cues
from captioner.server.jobs.job_store import JobStore
from captioner.values import Cue
from tests.server.documents.job_folders import caption_job, recognised_job
from tests.server.serving import serving

CUES = [Cue(1.0, 2.0, "One fish."), Cue(3.0, 4.0, "Two fish."), Cue(4.0, 5.0, "Red fish\nand blue fish.")]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return the address of a job with three cues, on a running server."""
    caption_job(tmp_path, CUES)
    with serving(load_backend("scripted"), tmp_path) as server:
        yield f"{server}/v1/jobs/j1"


def send(url: str, sequence: int, *operations: dict[str, Any], client: str = "a", base: int | None = None) -> Any:
    body = {"client": client, "sequence": sequence, "operations": operations}
    return httpx.post(f"{url}/operations", json=body if base is None else {**body, "base": base})


def texts(url: str) -> list[str]:
    return [cue["text"] for cue in httpx.get(f"{url}/document").json()["cues"]]


def test_a_document_is_made_of_transcript_and_report(tmp_path: Path) -> None:
    recognised_job(tmp_path)
    with serving(load_backend("scripted"), tmp_path) as server:
        document = httpx.get(f"{server}/v1/jobs/j1/document").json()
    first, second = document["cues"]
    assert first["doubts"] == ["confidence: wrld"]
    assert second["doubts"] == ["text: the text does not match the audio"]
    assert [word["text"] for word in first["words"]] == ["Hello", " wrld."]
    assert document["revision"] == 0
    assert (document["language"], document["profile"], document["duration"]) == ("en", "netflix-en", 8.0)
    assert [region["status"] for region in document["regions"]] == ["ok", "ok", "failed"]


def test_operations_answer_with_changes_and_inverse(url: str) -> None:
    answer = send(url, 1, {"op": "setText", "cue": "c000001", "text": "1 fish."}).json()
    (applied,) = answer["operations"]
    assert answer["revision"] == 1
    assert [cue["text"] for cue in applied["cues"]] == ["1 fish."]
    undone = send(url, 2, *applied["inverse"]).json()
    assert undone["revision"] == 2
    assert texts(url)[0] == "One fish."


def test_a_repeat_gets_the_same_answer(url: str) -> None:
    operation = {"op": "split", "cue": "c000003", "at": 9, "new": "x1"}
    first = send(url, 1, operation)
    assert send(url, 1, operation).json() == first.json()
    assert texts(url)[2:] == ["Red fish", "and blue fish."]


def test_a_conflict_shows_both_values_and_can_be_insisted_on(url: str) -> None:
    send(url, 1, {"op": "setText", "cue": "c000001", "text": "theirs"}, base=0)
    yours = {"op": "setText", "cue": "c000001", "text": "yours"}
    refused = send(url, 1, yours, client="b", base=0)
    assert refused.status_code == 409
    body = refused.json()
    assert body["conflicts"] == [
        {"cue": "c000001", "field": "text", "base": "One fish.", "theirs": "theirs", "yours": "yours"}
    ]
    assert send(url, 2, yours, client="b", base=body["revision"]).status_code == 200
    assert texts(url)[0] == "yours"


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"op": "setText", "cue": "none", "text": ""}, "there is no cue 'none'"),
        ({"op": "setTimes", "cue": "c000001", "start": 2, "end": 1}, "not a span of time"),
        ({"op": "setTimes", "cue": "c000001", "start": "soon", "end": 1}, "start: is not a number"),
        ({"op": "explode"}, "unknown operation 'explode'"),
        ({"cue": "c000001"}, "op: is missing"),
    ],
)
def test_operations_that_make_no_sense_are_refused(url: str, operation: dict[str, Any], message: str) -> None:
    answer = send(url, 1, operation)
    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]
    assert texts(url) == [cue.text for cue in CUES]


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ('"sequence": 1' + "0" * 30, "sequence: is too large a number"),
        (r'"client": "\udc00"', "half of a surrogate pair"),
        (r'"operations": [{"op": "setText", "cue": "c000001", "text": "\ud83d"}]', "half of a surrogate pair"),
    ],
)
def test_what_cannot_be_stored_or_shown_is_refused(url: str, member: str, message: str) -> None:
    body = '{"client": "a", "sequence": 1, "operations": [], ' + member + "}"
    answer = httpx.post(f"{url}/operations", content=body)
    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]
    assert texts(url)  # the document can still be read


def test_unknown_jobs_and_jobs_without_captions_are_not_found(url: str, tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    store.add_local(tmp_path / "talk.mp4", id="empty")
    store.close()
    base = url.removesuffix("j1")
    for job in ("none", "empty", "..%2f..%2fetc"):
        assert httpx.get(f"{base}{job}/document").status_code == 404
    assert httpx.get(f"{base}empty/document").json()["error"]["message"] == "the job has no captions yet"


def test_other_windows_follow_by_events(url: str) -> None:
    send(url, 1, {"op": "setText", "cue": "c000001", "text": "first"})
    seen: list[tuple[str, Any]] = []
    started = threading.Event()

    def follow() -> None:
        with httpx.stream("GET", f"{url}/document/events?after=0", timeout=20) as answer:
            number = ""
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    number = line[4:]
                if line.startswith("data: "):
                    seen.append((number, json.loads(line[6:])))
                    started.set()
                if len(seen) == 2:
                    return

    thread = threading.Thread(target=follow)
    thread.start()
    assert started.wait(20)
    send(url, 2, {"op": "delete", "cue": "c000002"})
    thread.join(20)
    assert [(number, event["revision"], event["client"]) for number, event in seen] == [("1", 1, "a"), ("2", 2, "a")]
    assert seen[1][1]["operations"][0]["removed"] == ["c000002"]


def test_edits_survive_a_restart_and_reach_results(tmp_path: Path) -> None:
    folder = caption_job(tmp_path, CUES)
    assert document_cues(folder) == tuple(CUES)
    with serving(load_backend("scripted"), tmp_path) as server:
        send(f"{server}/v1/jobs/j1", 1, {"op": "setText", "cue": "c000001", "text": "kept\n\n"})
    with serving(load_backend("scripted"), tmp_path) as server:
        assert texts(f"{server}/v1/jobs/j1")[0] == "kept\n\n"
    cues = document_cues(folder)
    assert cues is not None
    assert [cue.text for cue in cues] == ["kept", "Two fish.", "Red fish\nand blue fish."]


def test_results_are_those_of_the_document(tmp_path: Path) -> None:
    recognised_job(tmp_path)
    with serving(load_backend("scripted"), tmp_path) as server:
        send(f"{server}/v1/jobs/j1", 1, {"op": "setText", "cue": "c000001", "text": "Hello world."})
        written = httpx.get(f"{server}/v1/jobs/j1/results/srt").text
        transcript = httpx.get(f"{server}/v1/jobs/j1/results/json").json()
    assert written.splitlines()[2] == "Hello world."
    assert [word["text"] for word in transcript["segments"][0]["words"]] == ["Hello", " world."]
    assert len(transcript["regions"]) == 3


def test_lint_names_the_cues(url: str) -> None:
    send(url, 1, {"op": "setTimes", "cue": "c000001", "start": 1.0, "end": 3.5})
    found = httpx.get(f"{url}/document/lint").json()
    assert [(finding["cue"], finding["rule"]) for finding in found if finding["rule"] == "overlap"] == [
        ("c000002", "overlap")
    ]


def test_history_and_restore(url: str) -> None:
    send(url, 1, {"op": "setText", "cue": "c000001", "text": "x"})
    send(url, 2, {"op": "delete", "cue": "c000002"})
    history = httpx.get(f"{url}/document/history").json()
    assert [(entry["revision"], entry["operations"]) for entry in history] == [(2, ["delete"]), (1, ["setText"])]
    answer = httpx.post(f"{url}/document/restore", json={"revision": 1, "client": "a", "sequence": 3})
    assert answer.json()["revision"] == 3
    assert texts(url) == ["x", "Two fish.", "Red fish\nand blue fish."]


def test_profiles(url: str) -> None:
    server = url.split("/v1/")[0]
    names = [profile["name"] for profile in httpx.get(f"{server}/v1/profiles").json()]
    assert "netflix-en" in names
    assert httpx.get(f"{server}/v1/profiles/bbc").json()["width"] == 37
    assert httpx.get(f"{server}/v1/profiles/none").status_code == 404
