"""Whether files are a complete model of a kind. Reads headers only, and imports no library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from captioner.errors import reason_of
from captioner.models import ctranslate2
from captioner.models.catalogue import ModelKind
from captioner.models.model_files import CONFIG, ModelFiles, read_json

TOKENIZER = "tokenizer.json"


def problem_of(files: ModelFiles, kind: ModelKind | None = None) -> str | None:
    """Why these files are not a complete model of that kind, or of any kind for None; else None."""
    folder, config = files.folder, read_json(files.folder / CONFIG)
    if not config:
        return f"{folder} is not a model: its {CONFIG} is missing or cannot be read"
    if (problem := kind_problem(str(folder), config, kind)) is not None:
        return problem
    try:
        return _ctranslate2_problem(folder) if is_ctranslate2(config) else _safetensors_problem(folder)
    except OSError as error:
        return f"its file {error.filename} cannot be read: {reason_of(error)}"


def kind_problem(name: str, config: dict[str, Any], kind: ModelKind | None) -> str | None:
    """Why the model `name` with this config.json is of another kind, or None if it may be of that kind."""
    described = described_kind(config)
    if kind is None or described == {"whisper": "whisper (CTranslate2)", "qwen3-aligner": ALIGNER}.get(kind, kind):
        return None
    if kind == "whisper" and described == "whisper":
        return f"{name} has Whisper's weights in transformers' format; the backend whisper reads CTranslate2's"
    return f"{name} is another kind of model ({described}); {_RUNNERS[kind]}"


ALIGNER = "Qwen3ASRForTokenClassification"
"""The architecture of Qwen3-ForcedAligner. Qwen3-ASR has the same `model_type`."""

_RUNNERS = {
    "glmasr": "glm-nano runs only glmasr",
    "whisper": "whisper runs only Whisper in CTranslate2's format",
    "qwen3-aligner": f"qwen3 runs only {ALIGNER}",
}


def described_kind(config: dict[str, Any]) -> str:
    """Return the kind of model that a config.json describes."""
    if is_ctranslate2(config):
        return "whisper (CTranslate2)"
    if ALIGNER in (config.get("architectures") or ()):
        return ALIGNER
    return str(config.get("model_type"))


def is_ctranslate2(config: dict[str, Any]) -> bool:
    """Return whether a config.json is of Whisper in CTranslate2's format, which names no `model_type`."""
    return "model_type" not in config and not {"alignment_heads", "lang_ids"}.isdisjoint(config)


def _ctranslate2_problem(folder: Path) -> str | None:
    path = folder / ctranslate2.WEIGHTS
    if not path.is_file():
        return f"its file {path} is missing"
    header = ctranslate2.read_header(path)
    if header is None or header.specification != ctranslate2.WHISPER:
        return f"its file {path} is not Whisper in CTranslate2's format, or only the beginning of it"
    if (size := path.stat().st_size) < header.size:
        return f"its file {path} is truncated at {size} bytes"
    if not (folder / TOKENIZER).is_file():  # faster-whisper would ask the hub for it
        return f"its file {folder / TOKENIZER} is missing"
    return None


def _safetensors_problem(folder: Path) -> str | None:
    index = read_json(folder / "model.safetensors.index.json")
    names = sorted(set(index["weight_map"].values())) if index else ["model.safetensors"]
    return next(filter(None, (_safetensors_file_problem(folder / name) for name in names)), None)


def _safetensors_file_problem(path: Path) -> str | None:
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
