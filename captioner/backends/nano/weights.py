"""The weights of models on this machine: where they are, and whether they are complete.

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
from pathlib import Path
from typing import Any

from captioner.errors import BackendError

NAME = "glm-nano"
NANO = "zai-org/GLM-ASR-Nano-2512"
NANO_SIZE = "4.5 GB"

KIND = "glmasr"
"""The `model_type` of such a model in its config.json."""

CONFIG = "config.json"

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)


@dataclass(frozen=True)
class ModelFiles:
    """The files of a model on this machine."""

    folder: Path
    version: str
    """A string that changes whenever the weights change."""

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(path.stat().st_size for path in self.folder.glob("*.safetensors"))


def find_model(model: str, revision: str | None = None) -> ModelFiles | None:
    """Return the files of `model`, a folder or the name of a downloaded model; None if they are not on this machine."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        files = sorted(folder.glob("*.safetensors"))
        return ModelFiles(folder, " ".join(f"{path.stat().st_size}@{path.stat().st_mtime_ns}" for path in files))
    if not is_hub_name(model):
        return None
    snapshot = _snapshot(repository_folder(model), revision or "main")
    return ModelFiles(snapshot, snapshot.name) if snapshot.is_dir() else None


def is_hub_name(model: str) -> bool:
    """Return whether `model` has the form OWNER/NAME. A folder may have it, too; an existing folder has priority."""
    return _HUB_NAME.fullmatch(model) is not None


def checked_model(model: str, revision: str | None = None) -> ModelFiles:
    """Return the files of `model`, checked. Raises `BackendError` if they are missing or incomplete."""
    files = find_model(model, revision)
    if files is None and is_hub_name(model):
        at = f" at revision {revision}" if revision else ""
        raise BackendError(NAME, f"the weights of {model}{at} are not on this machine; run: {pull_command(model)}")
    if files is None:
        raise BackendError(NAME, f"there is no folder {model}, and it is not a name on the hub (OWNER/NAME)")
    if (problem := problem_of(files)) is not None:
        remedy = f"; run: {pull_command(model)}" if is_hub_name(model) and not Path(model).is_dir() else ""
        raise BackendError(NAME, problem + remedy)
    return files


def pull_command(model: str) -> str:
    """Return the command that downloads `model`."""
    return "captioner models pull" if model == NANO else f"captioner models pull {model}"


def downloaded_models() -> Iterator[tuple[str, ModelFiles]]:
    """Yield every model of this kind in the Hugging Face cache, with its name."""
    for folder in sorted(_cache_folder().glob("models--*--*")):
        snapshot = _snapshot(folder, "main")
        if read_json(snapshot / CONFIG).get("model_type") == KIND:
            yield folder.name.removeprefix("models--").replace("--", "/"), ModelFiles(snapshot, snapshot.name)


def repository_folder(model: str) -> Path:
    """Return the folder of `model` in the Hugging Face cache."""
    return _cache_folder() / f"models--{model.replace('/', '--')}"


def _cache_folder() -> Path:
    """Return the Hugging Face cache, by the environment variables of huggingface_hub."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def _snapshot(folder: Path, revision: str) -> Path:
    """Return the folder of a revision: a branch, a tag or a commit."""
    reference = folder / "refs" / revision
    commit = reference.read_text("utf-8").strip() if reference.is_file() else revision
    return folder / "snapshots" / commit


def problem_of(files: ModelFiles) -> str | None:
    """Why these files are not a complete GLM-ASR model, or None if they seem to be one. Does not use torch."""
    folder = files.folder
    config = read_json(folder / CONFIG)
    if not config:
        return f"{folder} is not a model: its {CONFIG} is missing or cannot be read"
    if (problem := kind_problem(str(folder), config)) is not None:
        return problem
    index = read_json(folder / "model.safetensors.index.json")
    names = sorted(set(index["weight_map"].values())) if index else ["model.safetensors"]
    return next(filter(None, (_file_problem(folder / name) for name in names)), None)


def kind_problem(name: str, config: dict[str, Any]) -> str | None:
    """Why the model `name` with this config.json cannot run here, or None if it can."""
    kind = config.get("model_type")
    return None if kind == KIND else f"{name} is another kind of model ({kind}); {NAME} runs only {KIND}"


def _file_problem(path: Path) -> str | None:
    """Why a file of weights is not complete, or None. Its header says how long the data are."""
    if not path.is_file():
        return f"its file {path} is missing"
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(min(length, size)))
            complete = 8 + length + max(entry["data_offsets"][1] for name, entry in header.items() if name[:2] != "__")
        except (ValueError, LookupError, TypeError, AttributeError):
            return f"its file {path} is not a safetensors file, or only the beginning of one"
    return f"its file {path} is truncated: {size} of {complete} bytes" if size < complete else None


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if the file is missing or holds something else."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
