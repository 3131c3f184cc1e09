"""Operations on many cues over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captioner.backends import load_backend
from captioner.values import Cue
from tests.server.documents.job_folders import caption_job
from tests.server.serving import serving

CUES = [Cue(1.0, 2.0, "One fish."), Cue(2.5, 2.9, "Two fish."), Cue(4.0, 5.0, "Red fish.")]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return the address of a job with three cues, on a running server."""
    caption_job(tmp_path, CUES)
    with serving(load_backend("scripted"), tmp_path) as server:
        yield f"{server}/v1/jobs/j1"


def post(url: str, name: str, options: dict[str, Any], sequence: int = 1, query: str = "", **more: Any) -> Any:
    body = {"name": name, "options": options, "client": "a", "sequence": sequence, **more}
    return httpx.post(f"{url}/transform{query}", json=body)


def shown(url: str) -> list[tuple[float, float, str]]:
    cues = httpx.get(f"{url}/document").json()["cues"]
    return [(cue["start"], cue["end"], cue["text"]) for cue in cues]


def test_a_change_of_many_cues_is_one_operation_with_one_inverse(url: str) -> None:
    before = shown(url)
    answer = post(url, "shift", {"seconds": 1.5}).json()
    assert (answer["revision"], answer["changed"], answer["skipped_locked"]) == (1, 3, 0)
    assert [cue[0] for cue in shown(url)] == [2.5, 4.0, 5.5]
    assert post(url, "shift", {"seconds": 1.5}).json()["revision"] == 1  # a repeat
    undo = {"client": "a", "sequence": 2, "operations": answer["operations"][0]["inverse"]}
    httpx.post(f"{url}/operations", json=undo)
    assert shown(url) == before


def test_a_preview_changes_nothing(url: str) -> None:
    options = {"replacements": [{"find": "fish", "replace": "carp", "whole_word": True}]}
    preview = post(url, "replace", options, query="?preview=1").json()
    assert preview["changed"] == 3
    assert [cue["text"] for cue in preview["insert"]] == ["One carp.", "Two carp.", "Red carp."]
    assert shown(url) == [(cue.start, cue.end, cue.text) for cue in CUES]


def test_selected_cues_and_locks(url: str) -> None:
    lock = {"op": "setLock", "cue": "c000002", "locked": True}
    httpx.post(f"{url}/operations", json={"client": "a", "sequence": 1, "operations": [lock]})
    answer = post(url, "casing", {"case": "upper"}, 2, cues=["c000001", "c000002"]).json()
    assert (answer["changed"], answer["skipped_locked"]) == (1, 1)
    assert [text for _, _, text in shown(url)] == ["ONE FISH.", "Two fish.", "Red fish."]


def test_rebreak_with_another_profile(url: str) -> None:
    answer = post(url, "rebreak", {"profile": "shorts"})
    assert answer.status_code == 200
    assert shown(url)[0][2].startswith("One fish.")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("explode", {}, "unknown operation 'explode'"),
        ("shift", {}, "seconds is missing"),
        ("shift", {"seconds": "soon"}, "seconds must be a number"),
        ("stretch", {"factor": "0"}, "factor must be"),
        ("replace", {"replacements": [{"find": "(", "regex": True}]}, "no regular expression"),
        ("append", {"cues": []}, "takes a file"),
    ],
)
def test_wrong_options_are_refused(url: str, name: str, options: dict[str, Any], message: str) -> None:
    answer = post(url, name, options)
    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]


def test_operations_are_listed_with_their_options(url: str) -> None:
    listed = {one["name"]: one for one in httpx.get(f"{url.split('/jobs')[0]}/transforms").json()}
    assert listed["shift"]["options"] == [{"name": "seconds", "type": "a number", "default": None, "required": True}]
    assert "append" not in listed
