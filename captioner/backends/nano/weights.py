"""The weights of GLM-ASR models on this machine. Free to import: it imports no library."""

from __future__ import annotations

from pathlib import Path

from captioner.errors import BackendError
from captioner.models.catalogue import GLM_NANO, known_model, pull_command
from captioner.models.completeness import problem_of
from captioner.models.model_files import ModelFiles, find_model, is_folder, is_hub_name

NAME = "glm-nano"
NANO = GLM_NANO


def checked_model(model: str, revision: str | None = None) -> ModelFiles:
    """Return the files of a GLM-ASR model, checked. Raises `BackendError` if they are missing or incomplete."""
    files = find_model(model, revision)
    if files is None and (is_hub_name(model) or known_model(model)):
        at = f" at revision {revision}" if revision else ""
        raise BackendError(NAME, f"the weights of {model}{at} are not on this machine; run: {pull_command(model)}")
    if files is None:
        raise BackendError(NAME, f"there is no folder {Path(model)}, and it is not a name on the hub (OWNER/NAME)")
    if (problem := problem_of(files, "glmasr")) is not None:
        raise BackendError(NAME, problem if is_folder(model) else f"{problem}; run: {pull_command(model)}")
    return files
