"""`captioner models pull` as a process, with a hub server on this machine."""

from __future__ import annotations

import errno
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

from captioner.errors import BackendError
from captioner.models import download
from captioner.models.catalogue import GLM_NANO, TINY_EN
from captioner.models.model_files import find_model
from tests.backends.nano_parts import DIGITS
from tests.services.hub_server import COMMIT, Hub
from tests.whisper_models import tiny_en_folder

NANO = "glm-asr-nano"

LARGE = 40_000_000
"""Bytes."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Hub]:
    """A hub with a model of `LARGE` bytes, all zero."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "glmasr"}')
    header = json.dumps({"weight": {"dtype": "U8", "shape": [LARGE], "data_offsets": [0, LARGE]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(LARGE))
    with Hub(folder) as server:
        yield server


def start_pull(server: Hub, cache: Path, model: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "captioner", "models", "pull", model]
    environment = {**os.environ, "HF_ENDPOINT": server.address, "HF_HUB_CACHE": str(cache)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def pull(server: Hub, cache: Path, model: str = NANO) -> tuple[int, str, str]:
    process = start_pull(server, cache, model)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def listing(cache: Path) -> str:
    command = [sys.executable, "-m", "captioner", "models"]
    environment = {**os.environ, "HF_HUB_CACHE": str(cache)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_an_interrupted_download_is_resumed(tmp_path: Path, server: Hub) -> None:
    server.stalls_at = LARGE - 5_000_000
    process = start_pull(server, tmp_path / "cache", NANO)
    while sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*.part")) < LARGE // 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "model.safetensors is missing; run: captioner models pull glm-asr-nano\n" in listing(tmp_path / "cache")

    server.stalls_at = None
    server.sent.clear()
    code, out, _ = pull(server, tmp_path / "cache")
    snapshot = tmp_path / "cache" / f"models--{GLM_NANO.replace('/', '--')}" / "snapshots" / COMMIT
    assert (code, out) == (0, f"{NANO}: 40.0 MB in {snapshot}\n")
    assert (snapshot / "model.safetensors").read_bytes() == (server.folder / "model.safetensors").read_bytes()
    assert server.sent["model.safetensors"] <= LARGE // 2 + 100, "downloaded bytes were requested again"

    server.sent.clear()
    assert pull(server, tmp_path / "cache")[0] == 0
    assert "model.safetensors" not in server.sent, "a complete file was downloaded again"


def test_a_model_that_cannot_be_downloaded_is_one_sentence(tmp_path: Path, server: Hub) -> None:
    code, _, err = pull(server, tmp_path / "cache", "nobody/nothing")
    assert code == 4
    assert err == "captioner: models: the hub has no model nobody/nothing, or it needs a token (HF_TOKEN)\n"
    (server.folder / "config.json").write_text('{"model_type": "whisper"}')
    code, _, err = pull(server, tmp_path / "cache")
    assert code == 4
    assert err == "captioner: models: glm-asr-nano is another kind of model (whisper); glm-nano runs only glmasr\n"
    assert "model.safetensors" not in server.sent, "the weights of a wrong model were downloaded"
    (server.folder / "model.safetensors").unlink()
    code, _, err = pull(server, tmp_path / "cache", "me/mine")
    assert code == 4
    assert err == "captioner: models: me/mine has no weights that captioner reads (safetensors, CTranslate2, torch)\n"


def test_an_unreachable_hub_is_one_sentence(tmp_path: Path) -> None:
    with Hub(DIGITS) as server:
        pass
    code, _, err = pull(server, tmp_path / "cache")
    assert code == 4
    assert err == f"captioner: models: cannot download {NANO}: the hub is unreachable; check the network\n"


def test_a_cache_that_cannot_be_used_is_one_sentence(tmp_path: Path, server: Hub) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"models--{GLM_NANO.replace('/', '--')}").touch()
    code, _, err = pull(server, tmp_path / "cache")
    assert code == 4
    assert err.startswith(f"captioner: models: cannot download {NANO}: {tmp_path / 'cache'}")
    assert err.endswith("; run the command again to resume\n")
    assert "unreachable" not in err
    assert "Errno" not in err


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "_files_on_hub", full)
    with pytest.raises(BackendError) as caught:
        download.pull(NANO)
    reason = "no space left on device; run the command again to resume"
    assert str(caught.value) == f"models: cannot download {NANO}: {reason}"


def test_a_broken_connection_is_resumed_as_long_as_bytes_arrive(tmp_path: Path, server: Hub) -> None:
    server.breaks_at = LARGE // 3
    assert pull(server, tmp_path / "cache")[0] == 0
    server.breaks_at = 20
    code, _, err = pull(server, tmp_path / "another")
    assert code == 4
    assert err.startswith(f"captioner: models: cannot download {NANO}: peer closed connection")
    assert err.endswith("; run the command again to resume\n")


def test_a_file_that_differs_from_the_hub_is_deleted(tmp_path: Path, server: Hub) -> None:
    content = (server.folder / "model.safetensors").read_bytes()
    blobs = tmp_path / "cache" / f"models--{GLM_NANO.replace('/', '--')}" / "blobs"
    blobs.mkdir(parents=True)
    part = blobs / f"{sha256(content).hexdigest()}.part"
    part.write_bytes(bytes(LARGE // 2))
    code, _, err = pull(server, tmp_path / "cache")
    assert code == 4
    assert "the downloaded model.safetensors differs from the file on the hub" in err
    assert not part.exists()
    assert pull(server, tmp_path / "cache")[0] == 0


def test_a_whisper_model_of_another_kind_is_refused_before_its_weights(tmp_path: Path, server: Hub) -> None:
    code, _, err = pull(server, tmp_path / "cache", "whisper-small")
    assert code == 4
    sentence = "whisper-small is another kind of model (glmasr); whisper runs only Whisper in CTranslate2's format"
    assert err == f"captioner: models: {sentence}\n"
    assert "model.safetensors" not in server.sent


def test_whisper_is_pulled_and_a_wrong_checksum_is_noticed(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    part = cache / "models--Systran--faster-whisper-tiny.en" / "blobs" / f"{TINY_EN.sha256}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1_000_000))
    with Hub(tiny_en_folder()) as hub:
        code, _, err = pull(hub, cache, "whisper-tiny.en")
        assert code == 4
        assert "cannot download whisper-tiny.en: the downloaded model.bin differs from the file on the hub" in err
        code, out, _ = pull(hub, cache, "whisper-tiny.en")
    assert (code, out.partition(" in ")[0]) == (0, "whisper-tiny.en: 75.5 MB")
    assert find_model(out.split(" in ")[1].strip()) is not None
