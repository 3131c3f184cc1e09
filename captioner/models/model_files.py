"""Finds the files of a model on this machine: a folder, the Hugging Face cache, an installed package.

Imports neither torch nor huggingface_hub, which are slow to import, since `captioner backends` asks here. So it reads
the private layout of the Hugging Face cache, models--OWNER--NAME/refs/REVISION and snapshots/COMMIT, which a version of
huggingface_hub may change.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from captioner.models.catalogue import PackagedModel, known_model

CONFIG = "config.json"

PICKLED = ("pytorch_model*.bin",)
"""The files that hold the weights of older models for transformers, in torch's own format."""

WEIGHTS = ("*.safetensors", "model.bin", *PICKLED)
"""The files that hold the weights of a model: transformers' format, CTranslate2's, torch's."""

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)


@dataclass(frozen=True)
class ModelFiles:
    """The files of a model on this machine."""

    folder: Path

    version: str
    """A string that changes whenever the weights change."""

    sha256: str | None = None
    """SHA-256 that its weights must have; None where they were compared with the hub's when they were downloaded."""

    @property
    def weights(self) -> list[Path]:
        """The files that hold its weights. A link to a missing file is none: a copied folder of the cache has such."""
        return sorted(path for pattern in WEIGHTS for path in self.folder.glob(pattern) if path.is_file())

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(path.stat().st_size for path in self.weights)


def find_model(model: str, revision: str | None = None) -> ModelFiles | None:
    """Return the files of `model`: a folder, a name of captioner's list or the hub's. None if they are not here.

    A downloaded model comes before the same model in a package.
    """
    if is_folder(model):
        folder = Path(model).expanduser()
        parts = (f"{path.stat().st_size}@{path.stat().st_mtime_ns}" for path in ModelFiles(folder, "").weights)
        return ModelFiles(folder, " ".join(parts))
    known = known_model(model)
    name = known.repository if known else model
    if not is_hub_name(name):
        return None
    snapshot = _snapshot(repository_folder(name), revision or "main")
    if snapshot.is_dir():
        return ModelFiles(snapshot, snapshot.name)
    return _packaged(known.in_package) if known and known.in_package and not revision else None


def is_folder(model: str) -> bool:
    """Return whether `model` is an existing folder, which comes before a model of that name."""
    return bool(model) and Path(model).expanduser().is_dir() and known_model(model) is None


def is_hub_name(model: str) -> bool:
    """Return whether `model` has the form OWNER/NAME."""
    return _HUB_NAME.fullmatch(model) is not None


def _packaged(model: PackagedModel) -> ModelFiles | None:
    """Return the files of a model in a Python package, which is not imported; None if it is not installed."""
    spec = find_spec(model.package)
    if spec is None or spec.origin is None:
        return None
    return ModelFiles(Path(spec.origin).parent / model.folder, model.sha256, model.sha256)


def downloaded_names() -> Iterator[str]:
    """Yield the name on the hub of every model in the Hugging Face cache."""
    for folder in sorted(_cache_folder().glob("models--*--*")):
        yield folder.name.removeprefix("models--").replace("--", "/", 1)


def repository_folder(repository: str) -> Path:
    """Return the folder of a model in the Hugging Face cache."""
    return _cache_folder() / f"models--{repository.replace('/', '--')}"


def _cache_folder() -> Path:
    """Return the Hugging Face cache, by the environment variables of huggingface_hub."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def _snapshot(folder: Path, revision: str) -> Path:
    """Return the folder of a revision: a branch, a tag or a commit."""
    try:
        commit = (folder / "refs" / revision).read_text("utf-8").strip()
    except (OSError, ValueError):  # no such branch, or a damaged file
        commit = revision
    return folder / "snapshots" / commit


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if the file is missing or holds something else."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
