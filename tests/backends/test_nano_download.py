"""`captioner models pull` as a program of its own, against a hub on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from captioner.backends.nano.weights import NANO
from tests.backends.nano_parts import DIGITS
from tests.services.hub_server import COMMIT, Hub

LARGE = 40_000_000
"""Bytes."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Hub]:
    """A hub with a model of `LARGE` bytes that would run, were there anything in it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "glmasr"}')
    header = json.dumps({"weight": {"dtype": "U8", "shape": [LARGE], "data_offsets": [0, LARGE]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(LARGE))
    with Hub(folder) as server:
        yield server


def pulling(server: Hub, cache: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "captioner", "models", "pull", *words]
    where = {**os.environ, "HF_ENDPOINT": server.address, "HF_HUB_CACHE": str(cache)}
    return subprocess.Popen(command, env=where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def pull(server: Hub, cache: Path, *words: str) -> tuple[int, str, str]:
    process = pulling(server, cache, *words)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def listed(cache: Path) -> str:
    command = [sys.executable, "-m", "captioner", "models"]
    where = {**os.environ, "HF_HUB_CACHE": str(cache)}
    return subprocess.run(command, env=where, capture_output=True, text=True, check=True).stdout


def test_a_killed_download_goes_on_where_it_stopped(tmp_path: Path, shop: Hub) -> None:
    shop.stalls_at = LARGE - 5_000_000
    process = pulling(shop, tmp_path / "cache")
    while sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*.part")) < LARGE // 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert listed(tmp_path / "cache").endswith("model.safetensors is missing; run: captioner models pull\n")

    shop.stalls_at = None
    shop.sent.clear()
    code, out, _ = pull(shop, tmp_path / "cache")
    snapshot = tmp_path / "cache" / f"models--{NANO.replace('/', '--')}" / "snapshots" / COMMIT
    assert (code, out) == (0, f"{NANO}: 40.0 MB in {snapshot}\n")
    assert (snapshot / "model.safetensors").read_bytes() == (shop.folder / "model.safetensors").read_bytes()
    assert shop.sent["model.safetensors"] <= LARGE // 2 + 100, "what had come was not asked for again"

    shop.sent.clear()
    assert pull(shop, tmp_path / "cache")[0] == 0
    assert "model.safetensors" not in shop.sent, "what is here is kept"


def test_what_cannot_be_pulled_is_one_sentence(tmp_path: Path, shop: Hub) -> None:
    code, _, err = pull(shop, tmp_path / "cache", "nobody/nothing")
    assert code == 4
    assert err == "captioner: glm-nano: the hub has no model nobody/nothing, or it wants a token (HF_TOKEN)\n"
    (shop.folder / "config.json").write_text('{"model_type": "whisper"}')
    code, _, err = pull(shop, tmp_path / "cache", "me/mine")
    assert code == 4
    assert err.endswith("glm-nano: me/mine is a model of another kind (whisper); glm-nano runs glmasr and no other\n")
    assert "model.safetensors" not in shop.sent, "gigabytes were fetched for nothing"


def test_a_hub_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    with Hub(DIGITS) as server:
        pass
    code, _, err = pull(server, tmp_path / "cache")
    assert code == 4
    assert err == f"captioner: glm-nano: {NANO} cannot be pulled: the hub cannot be reached; check the network\n"


def test_a_hub_that_breaks_off_is_asked_on_while_anything_comes(tmp_path: Path, shop: Hub) -> None:
    shop.breaks_at = LARGE // 3
    assert pull(shop, tmp_path / "cache")[0] == 0
    shop.breaks_at = 20
    code, _, err = pull(shop, tmp_path / "another")
    assert code == 4
    assert err.startswith(f"captioner: glm-nano: {NANO} cannot be pulled: peer closed connection")
    assert err.endswith("; what has come is kept, and run again it goes on\n")


def test_what_is_not_what_the_hub_has_is_thrown_away(tmp_path: Path, shop: Hub) -> None:
    whole = (shop.folder / "model.safetensors").read_bytes()
    blobs = tmp_path / "cache" / f"models--{NANO.replace('/', '--')}" / "blobs"
    blobs.mkdir(parents=True)
    part = blobs / f"{sha256(whole).hexdigest()}.part"
    part.write_bytes(bytes(LARGE // 2))
    code, _, err = pull(shop, tmp_path / "cache")
    assert code == 4
    assert "what came of model.safetensors is not what the hub has" in err
    assert not part.exists()
    assert pull(shop, tmp_path / "cache")[0] == 0
