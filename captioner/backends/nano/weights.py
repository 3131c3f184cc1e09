"""Where the weights of a model lie, whether they are whole, and how they come here. Imports neither torch nor the hub
before it must: `captioner backends` asks."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.errors import BackendError, UsageError

NAME = "glm-nano"
NANO = "zai-org/GLM-ASR-Nano-2512"
NANO_SIZE = "4.5 GB"

KIND = "glmasr"
"""What config.json calls such a model."""

WANTED = ("*.json", "*.jinja", "*.safetensors", "*.txt")
"""The files of a repository that make the model run."""

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)


@dataclass(frozen=True)
class Weights:
    """A model on this machine: its `folder`, and `version`, which changes whenever the weights do."""

    folder: Path
    version: str

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(path.stat().st_size for path in self.folder.glob("*.safetensors"))


def find(model: str, revision: str | None = None) -> Weights | None:
    """The weights of `model`, a folder or a name on the hub whose weights were pulled; None where there are none."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        files = sorted(folder.glob("*.safetensors"))
        return Weights(folder, " ".join(f"{path.stat().st_size}@{path.stat().st_mtime_ns}" for path in files))
    if not is_hub_name(model):
        return None
    snapshot = _snapshot(_hub_folder() / f"models--{model.replace('/', '--')}", revision or "main")
    return Weights(snapshot, snapshot.name) if snapshot.is_dir() else None


def is_hub_name(model: str) -> bool:
    """Whether `model` reads OWNER/NAME. So may a folder; one that is there goes first."""
    return _HUB_NAME.fullmatch(model) is not None


def checked(model: str, revision: str | None = None) -> Weights:
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


def pulled() -> Iterator[tuple[str, Weights]]:
    """Every model of this kind that was pulled from the hub, by name."""
    for folder in sorted(_hub_folder().glob("models--*--*")):
        snapshot = _snapshot(folder, "main")
        if _read_json(snapshot / "config.json").get("model_type") == KIND:
            yield folder.name.removeprefix("models--").replace("--", "/"), Weights(snapshot, snapshot.name)


def pull(model: str, revision: str | None = None) -> Weights:
    """Download what of `model` is not here yet, with a bar on standard error. Raises `BackendError`, `UsageError`."""
    if not is_hub_name(model):
        raise UsageError(f"{model} is no name on the hub: OWNER/NAME, such as {NANO}")
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        snapshot_download(model, revision=revision, allow_patterns=list(WANTED))
    except RepositoryNotFoundError as error:
        raise BackendError(NAME, f"the hub has no model {model}, or it wants a token (HF_TOKEN)") from error
    except (LocalEntryNotFoundError, httpx.TransportError) as error:
        raise BackendError(NAME, f"{model} cannot be pulled: the hub cannot be reached; check the network") from error
    except (HfHubHTTPError, OSError) as error:
        raise BackendError(NAME, f"{model} cannot be pulled: {_first_line(error)}") from error
    return checked(model, revision)


def _hub_folder() -> Path:
    """Where the hub's own client keeps what it downloads."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def _snapshot(folder: Path, revision: str) -> Path:
    """The files of a revision: a branch, a tag or a commit."""
    reference = folder / "refs" / revision
    commit = reference.read_text("utf-8").strip() if reference.is_file() else revision
    return folder / "snapshots" / commit


def problem_of(weights: Weights) -> str | None:
    """Why no GLM-ASR can be loaded from these weights, as far as their files tell without torch."""
    folder = weights.folder
    config = _read_json(folder / "config.json")
    if not config:
        return f"{folder} holds no model: its config.json is missing or cannot be read"
    if config.get("model_type") != KIND:
        return f"{folder} holds a model of another kind ({config.get('model_type')}); glm-nano runs {KIND} and no other"
    index = _read_json(folder / "model.safetensors.index.json")
    names = sorted(set(index["weight_map"].values())) if index else ["model.safetensors"]
    return next(filter(None, (_wrong_with(folder / name) for name in names)), None)


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


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
