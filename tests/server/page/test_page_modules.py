"""The page's pure modules: their own tests, and the same answers as the server's for operations and findings."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from captioner.editing.applying import apply_operation
from captioner.editing.cue_json import cue_entry, cue_of
from captioner.editing.document import DocumentCue, DocumentWord, document_of
from captioner.editing.operation_json import operation_of
from captioner.errors import EditRefused
from captioner.formats.transcript.json_object import JsonObject
from captioner.lint import lint
from captioner.profiles import PROFILES, Profile, profile_named
from captioner.text.word_split import split_words
from captioner.values import Cue

MODULES = Path(__file__).parent / "modules"

TEXTS = (
    "Good evening, and welcome.",
    "Tonight we have a guest\nwho has lived by the sea.",
    "one",
    "早上好，世界。今天我们去看灯塔。",
    "שלום לכולם, מה שלומכם?",
    "a cue that is much longer than one line of forty-two columns may be",
)

SHARED_RULES = {
    "overlap", "short-gap", "chain-gap", "too-short", "too-long", "reading-speed", "line-width", "line-count",
}  # fmt: skip
"""The rules that the page checks as one types; the server checks all of them."""


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    return found


def test_modules_pass_their_own_tests(node: str) -> None:
    files = sorted(MODULES.glob("*.test.mjs"))
    result = subprocess.run([node, "--test", *files], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-4000:]


def test_page_and_server_agree(node: str, tmp_path: Path) -> None:
    chance = random.Random(20)
    operations = [_operation_case(chance) for _ in range(300)]
    lists = [(profile_named(name), _plain_cues(chance)) for name in PROFILES]
    rules = _rules(profile_named("default"))
    cases = {
        "operations": [{"cues": cues, "operation": op, "rules": rules} for cues, op in operations],
        "lint": [{"cues": list(map(_cue_json, cues)), "rules": _rules(profile)} for profile, cues in lists],
    }  # fmt: skip
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), "utf-8")
    result = subprocess.run([node, MODULES / "compare.mjs", path], capture_output=True, text=True, check=True)
    answer = json.loads(result.stdout)
    for (cues, operation), change in zip(operations, answer["changes"], strict=True):
        (texts, times), (server_texts, server_times) = _shown(change), _shown(_server_change(cues, operation))
        assert texts == server_texts, operation
        assert times == pytest.approx(server_times, abs=0.0011), operation  # a half millisecond is rounded either way
    for (profile, listed), rules in zip(lists, answer["findings"], strict=True):
        assert [set(found) & SHARED_RULES for found in rules] == _server_rules(listed, profile), profile.name


def _operation_case(chance: random.Random) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    start, cues = 1.0, []
    for name in "abc":
        length = round(chance.uniform(1, 4), 3)
        text = chance.choice(TEXTS)
        cues.append(cue_entry(_cue(name, start, start + length, text, with_words=True)))
        start = round(start + length + chance.choice((0.084, 0.3, 1.5)), 3)
    kind = chance.choice(("split", "moveWords", "setBorder", "setTimes", "delete", "setLock"))
    pair = chance.choice((("a", "b"), ("b", "c")))
    operation: dict[str, Any] = {"op": kind, "cue": "b"}
    if kind == "split":
        operation |= {"at": chance.randrange(1, 60), "new": "n"}
    elif kind == "moveWords":
        first, second = pair if chance.random() < 0.5 else pair[::-1]
        operation = {"op": kind, "from": first, "to": second, "count": chance.randrange(1, 3)}
    elif kind == "setBorder":
        operation = {"op": kind, "left": pair[0], "right": pair[1], "time": round(chance.uniform(0.5, 9), 3)}
    elif kind == "setTimes":
        operation |= {"start": round(chance.uniform(0, 5), 3), "end": round(chance.uniform(4, 9), 3)}
    elif kind == "setLock":
        operation |= {"locked": True}
    return cues, operation


def _cue(name: str, start: float, end: float, text: str, *, with_words: bool) -> DocumentCue:
    texts = split_words(text) if with_words else []
    share = (end - start) / max(1, len(texts))
    words = (
        DocumentWord(
            round(start + index * share, 6), round(start + (index + 0.75) * share, 6), word, 0.9, f"{name}{index}"
        )
        for index, word in enumerate(texts)
    )
    return DocumentCue(start, end, text, words=tuple(words), id=name)


def _server_change(cues: list[dict[str, Any]], operation: dict[str, Any]) -> dict[str, Any] | None:
    document = document_of([cue_of(JsonObject(cue, "cue")) for cue in cues], profile_named("default"))
    try:
        after, applied = apply_operation(document, operation_of(JsonObject(operation, "operation")))
    except EditRefused:
        return None
    changed = {*(cue.id for cue in applied.cues)}
    return {"cues": [cue_entry(cue) for cue in after.cues if cue.id in changed], "removed": list(applied.removed)}


def _shown(change: dict[str, Any] | None) -> tuple[object, dict[str, float]]:
    """Return what both must agree on: what changed besides times, and the times. None is a refusal."""
    if change is None:
        return None, {}
    texts = {cue["id"]: (cue["text"], cue["locked"]) for cue in change["cues"]}
    times = {f"{cue['id']} {edge}": cue[edge] for cue in change["cues"] for edge in ("start", "end")}
    return (change["removed"], texts), times


def _plain_cues(chance: random.Random) -> list[Cue]:
    start, cues = 1.0, []
    for _ in range(12):
        end = start + chance.choice((0.4, 1.0, 2.0, 4.0, 8.0)) + chance.uniform(0, 0.03)  # at no frame rate
        cues.append(Cue(round(start, 3), round(end, 3), chance.choice(TEXTS)))
        start = end + chance.choice((-0.2, 0.0, 0.05, 0.084, 0.2, 0.45, 1.2))
    return cues


def _cue_json(cue: Cue) -> dict[str, Any]:
    return cue_entry(DocumentCue(cue.start, cue.end, cue.text, id=str(cue.start)))


def _server_rules(cues: list[Cue], profile: Profile) -> list[set[str]]:
    rules: list[set[str]] = [set() for _ in cues]
    for finding in lint(cues, profile):
        if finding.index is not None and finding.rule in SHARED_RULES:
            rules[finding.index].add(finding.rule)
    return rules


def _rules(profile: Profile) -> dict[str, Any]:
    return {**asdict(profile), "gap": float(profile.gap_at(None))}
