"""Where the weights of a model lie, and whether they are whole. Imports neither torch nor the hub's client, for
`captioner backends` asks."""

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
"""What config.json calls such a model."""

CONFIG = "config.json"

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)


@dataclass(frozen=True)
class ModelFiles:
    """A model on this machine: its `folder`, and `version`, which changes whenever the weights do."""

    folder: Path
    version: str

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(path.stat().st_size for path in self.folder.glob("*.safetensors"))


def find(model: str, revision: str | None = None) -> ModelFiles | None:
    """The weights of `model`, a folder or a name on the hub whose weights were pulled; None where there are none."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        files = sorted(folder.glob("*.safetensors"))
        return ModelFiles(folder, " ".join(f"{path.stat().st_size}@{path.stat().st_mtime_ns}" for path in files))
    if not is_hub_name(model):
        return None
    snapshot = _snapshot(repository(model), revision or "main")
    return ModelFiles(snapshot, snapshot.name) if snapshot.is_dir() else None


def is_hub_name(model: str) -> bool:
    """Whether `model` reads OWNER/NAME. So may a folder; one that is there goes first."""
    return _HUB_NAME.fullmatch(model) is not None


def checked(model: str, revision: str | None = None) -> ModelFiles:
    """The weights of `model`, their files looked at. Raises `BackendError` where they are not there or not whole."""
    weights = find(model, revision)
    if weights is None and is_hub_name(model):
        at = f" at revision {revision}" if revision else ""
        raise BackendError(NAME, f"the weights of {model}{at} are not on this machine; run: {pull_command(model)}")
    if weights is None:
        raise BackendError(NAME, f"there is no folder {model}, and it is no name on the hub (OWNER/NAME)")
    if (problem := problem_of(weights)) is not None:
        remedy = f"; run: {pull_command(model)}" if is_hub_name(model) and not Path(model).is_dir() else ""
        raise BackendError(NAME, problem + remedy)
    return weights


def pull_command(model: str) -> str:
    return "captioner models pull" if model == NANO else f"captioner models pull {model}"


def pulled() -> Iterator[tuple[str, ModelFiles]]:
    """Every model of this kind that was pulled from the hub, by name."""
    for folder in sorted(_hub_folder().glob("models--*--*")):
        snapshot = _snapshot(folder, "main")
        if read_json(snapshot / CONFIG).get("model_type") == KIND:
            yield folder.name.removeprefix("models--").replace("--", "/"), ModelFiles(snapshot, snapshot.name)


def repository(model: str) -> Path:
    """Where the hub's own client keeps all that it has of `model`."""
    return _hub_folder() / f"models--{model.replace('/', '--')}"


def _hub_folder() -> Path:
    """Where the hub's own client keeps what it downloads."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def _snapshot(folder: Path, revision: str) -> Path:
    """The files of a revision: a branch, a tag or a commit."""
    reference = folder / "refs" / revision
    commit = reference.read_text("utf-8").strip() if reference.is_file() else revision
    return folder / "snapshots" / commit


def problem_of(weights: ModelFiles) -> str | None:
    """Why no GLM-ASR can be loaded from these weights, as far as their files tell without torch."""
    folder = weights.folder
    config = read_json(folder / CONFIG)
    if not config:
        return f"{folder} holds no model: its {CONFIG} is missing or cannot be read"
    if (problem := wrong_kind(str(folder), config)) is not None:
        return problem
    index = read_json(folder / "model.safetensors.index.json")
    names = sorted(set(index["weight_map"].values())) if index else ["model.safetensors"]
    return next(filter(None, (_wrong_with(folder / name) for name in names)), None)


def wrong_kind(name: str, config: dict[str, Any]) -> str | None:
    """Why the model `name`, which says this of itself, is none for this backend."""
    kind = config.get("model_type")
    return None if kind == KIND else f"{name} is a model of another kind ({kind}); {NAME} runs {KIND} and no other"


def _wrong_with(path: Path) -> str | None:
    """What is wrong with a file of weights: it begins with the length of a header that says how far the data go."""
    if not path.is_file():
        return f"its file {path} is missing"
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(min(length, size)))
            whole = 8 + length + max(entry["data_offsets"][1] for name, entry in header.items() if name[:2] != "__")
        except (ValueError, LookupError, TypeError, AttributeError):
            return f"its file {path} is no safetensors file, or only the beginning of one"
    return f"its file {path} is cut short: {size} of {whole} bytes" if size < whole else None


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file; an empty one where there is none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
