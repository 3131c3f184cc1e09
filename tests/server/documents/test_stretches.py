"""Stretches of a recording that are recognised again, and words that are timed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captioner.backends import load_backend
from captioner.values import Cue
from tests.paths import DATA
from tests.server.documents.job_folders import caption_job
from tests.server.serving import serving

SENTENCES = json.loads((DATA / "three_sentences.json").read_text("utf-8"))["sentences"]


@pytest.fixture
def url(tmp_path: Path, speech_file: Path) -> Iterator[str]:
    """Return the address of a job of three sentences with a cue for each, on a running server."""
    cues = [Cue(one["start"], one["end"], one["text"]) for one in SENTENCES]
    caption_job(tmp_path, cues, speech_file)
    with serving(load_backend("scripted", lines="We shall meet you there."), tmp_path) as server:
        yield f"{server}/v1/jobs/j1"


def post(url: str, name: str, options: dict[str, Any], sequence: int = 1, **more: Any) -> Any:
    body = {"name": name, "options": options, "client": "a", "sequence": sequence, **more}
    return httpx.post(f"{url}/transform", json=body, timeout=60)


def cues_of(url: str) -> list[Any]:
    return list(httpx.get(f"{url}/document").json()["cues"])


def test_a_stretch_is_recognised_again(url: str) -> None:
    answer = post(url, "recognise", {"start": 3.8, "end": 6.7, "language": "en", "hotwords": ["meet"]})
    assert answer.status_code == 200, answer.text
    first, second, third = cues_of(url)
    assert [cue["text"] for cue in (first, second, third)] == [
        "The first train leaves at seven.",
        "We shall meet you there.",
        "Please bring the old map with you.",
    ]
    assert (second["start"], second["end"]) == (pytest.approx(4.3, abs=0.2), pytest.approx(6.3, abs=0.3))
    assert [word["text"] for word in second["words"]] == ["We", " shall", " meet", " you", " there."]
    assert post(url, "recognise", {"start": 3.8, "end": 6.7}).json()["revision"] == 1  # a repeat


def test_words_get_the_times_at_which_they_are_said(url: str) -> None:
    lock = {"op": "setLock", "cue": "c000003", "locked": True}
    httpx.post(f"{url}/operations", json={"client": "a", "sequence": 1, "operations": [lock]})
    answer = post(url, "retime", {}, 2).json()
    assert (answer["changed"], answer["skipped_locked"]) == (2, 1)
    first, _, third = cues_of(url)
    assert "".join(word["text"] for word in first["words"]) == first["text"]
    assert {word["source"] for word in first["words"]} == {"aligned"}
    assert 1.0 <= first["words"][0]["start"] < first["words"][-1]["end"] <= 3.6
    assert third["words"] == []


def test_cues_can_start_and_end_with_their_words(url: str) -> None:
    early = [{"op": "setTimes", "cue": "c000001", "start": 0.6, "end": 3.9}]
    httpx.post(f"{url}/operations", json={"client": "a", "sequence": 1, "operations": early})
    post(url, "retime", {"move_edges": True}, 2, cues=["c000001"])
    first, second, _ = cues_of(url)
    assert first["start"] == pytest.approx(1.0, abs=0.2)
    assert second["words"] == []


def test_stretches_that_make_no_sense_are_refused(url: str) -> None:
    assert post(url, "recognise", {"start": 5, "end": 4}).status_code == 422
    assert post(url, "recognise", {"start": 3, "end": 4, "language": "nonsense"}).status_code in (400, 422)
