"""Where a speech model is on this machine, and whether its files are complete. Free to import: imports no library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from captioner.errors import BackendError
from captioner.models.catalogue import pull_command
from captioner.models.completeness import is_ctranslate2, problem_of
from captioner.models.model_files import CONFIG, ModelFiles, find_model, is_hub_name, read_json

NAME = "transformers"

_FEATURES = ("processor_config.json", "preprocessor_config.json")


@dataclass(frozen=True)
class LibraryFiles:
    """The files of a model in one folder."""

    folder: Path

    version: str
    """A string that changes whenever the weights change."""

    kind: str
    """The `model_type` of its config.json, such as `whisper`."""

    @property
    def seconds(self) -> float | None:
        """The longest audio that its features hold, in seconds; None if they have no limit."""
        for name in _FEATURES:
            settings: dict[str, Any] = read_json(self.folder / name)
            length = (settings.get("feature_extractor") or settings).get("chunk_length")
            if isinstance(length, int | float):
                return float(length)
        return None


def checked_files(model: str, revision: str | None = None) -> LibraryFiles:
    """Return the files of `model`, a folder or the name of a downloaded model. Raises `BackendError`."""
    found = find_model(model, revision)
    if found is None:
        if not is_hub_name(model):
            raise BackendError(NAME, f"there is no folder {model}, and it is not a name on the hub (OWNER/NAME)")
        at = f" at revision {revision}" if revision else ""
        raise BackendError(NAME, f"{model}{at} is not on this machine; run: {pull_command(model)}")
    if (problem := _problem(found)) is not None:
        raise BackendError(NAME, problem)
    return LibraryFiles(found.folder, found.version, str(read_json(found.folder / CONFIG)["model_type"]))


def _problem(files: ModelFiles) -> str | None:
    """Why these files are not a complete model for transformers, or None if they seem to be one."""
    folder, config = files.folder, read_json(files.folder / CONFIG)
    if is_ctranslate2(config):
        return f"{folder} has Whisper in CTranslate2's format: use --backend whisper"
    if config and "model_type" not in config:
        return f"{folder} is not a model of transformers: its {CONFIG} names no model_type"
    if config and not any(folder.glob("*.safetensors")) and any(path.suffix == ".bin" for path in files.weights):
        return None  # older models, whose files have no header
    return problem_of(files)
