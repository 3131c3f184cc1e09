"""Downloads the weights of a model from the Hugging Face hub, file by file, into the hub's own cache.

huggingface_hub starts an interrupted download again from the first byte, and does not stop at Ctrl-C. So the bytes are
downloaded here, and each complete file is written to blobs/ETAG in the cache. huggingface_hub then uses that file and
creates the snapshot. blobs/ is part of the private layout of that cache, which a version of huggingface_hub may change;
only this module and `model_files` depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatch
from hashlib import file_digest
from pathlib import Path
from typing import Any

import httpx

from captioner.errors import BackendError, CaptionerError, UsageError, reason_of
from captioner.models.catalogue import MODELS, KnownModel, known_model
from captioner.models.completeness import kind_problem, problem_of
from captioner.models.model_files import (
    CONFIG,
    PICKLED,
    WEIGHTS,
    ModelFiles,
    find_model,
    is_hub_name,
    read_json,
    repository_folder,
)

OnProgress = Callable[[str, int, int], object]
"""Called with the name of a file, the bytes downloaded so far and the bytes in total."""

FILE_PATTERNS = (*WEIGHTS, "*.json", "*.jinja", "*.txt", "*.model")
"""The files of a repository that a model needs."""

COPIES = ("consolidated*", "model.fp32*", "model.fp16*")
"""Weights that a repository holds a second time, in the format of another program or in another precision."""

TIMEOUT = 20.0
"""Seconds without a byte after which the hub counts as unreachable."""

BLOCK = 2**16
"""Bytes that are read at once."""

NAME = "models"
"""The name in messages."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def pull(
    model: str, revision: str | None = None, on_progress: OnProgress = lambda name, done, size: None
) -> ModelFiles:
    """Download the missing files of `model` and return all. An interrupted download is resumed.

    `model` is a name of captioner's list, or OWNER/NAME on the hub. Raises `BackendError`, or `UsageError` if it is
    neither.
    """
    known = known_model(model)
    repository = known.repository if known else model
    if not is_hub_name(repository):
        names = ", ".join(model.name for model in MODELS)
        raise UsageError(f"unknown model {model!r}; give OWNER/NAME on the hub, or one of {names}")
    from huggingface_hub import hf_hub_download, hf_hub_url

    blobs = repository_folder(repository) / "blobs"
    try:
        for name in _files_on_hub(repository, revision, known):
            _download(name, hf_hub_url(repository, name, revision=revision), blobs, on_progress)
            path = Path(hf_hub_download(repository, name, revision=revision))
            if name == CONFIG and known and (problem := kind_problem(model, read_json(path), known.kind)) is not None:
                raise BackendError(NAME, problem)
    except CaptionerError:
        raise
    except Exception as error:  # huggingface_hub uses different HTTP libraries from version to version
        raise BackendError(
            NAME, f"cannot download {model}: {_reason(error)}; run the command again to resume"
        ) from error
    files = find_model(repository, revision)
    if files is None:
        raise BackendError(NAME, f"cannot download {model}: the hub did not say which version it is")
    if (problem := problem_of(files, known.kind if known else None)) is not None:
        raise BackendError(NAME, problem)
    return files


def _files_on_hub(repository: str, revision: str | None, known: KnownModel | None) -> list[str]:
    """Return the names of the files to download, config.json first.

    None if the hub is unreachable and all files are here.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    model = known.name if known else repository
    try:
        files = HfApi().model_info(repository, revision=revision).siblings or []
    except RepositoryNotFoundError as error:
        raise BackendError(NAME, f"the hub has no model {repository}, or it needs a token (HF_TOKEN)") from error
    except RevisionNotFoundError as error:
        raise BackendError(NAME, f"{model} has no revision {revision} on the hub") from error
    except HfHubHTTPError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:  # a file of the cache, not the network
            raise
        local = find_model(repository, revision)
        if local is not None and problem_of(local, known.kind if known else None) is None:
            return []
        raise BackendError(NAME, f"cannot download {model}: the hub is unreachable; check the network") from error
    names = [file.rfilename for file in files if _matches(file.rfilename, FILE_PATTERNS)]
    names = [name for name in names if not _matches(name, COPIES)]
    if not any(_matches(name, WEIGHTS) for name in names):
        raise BackendError(NAME, f"{repository} has no weights that captioner reads (safetensors, CTranslate2, torch)")
    if any(_matches(name, ("*.safetensors",)) for name in names):  # torch's format holds them a second time
        names = [name for name in names if not _matches(name, PICKLED)]
    return sorted(names, key=lambda name: name != CONFIG)


def _reason(error: Exception) -> str:
    """Return why a download failed, in one line."""
    if isinstance(error, OSError) and error.errno:
        return f"{error.filename}: {reason_of(error)}" if error.filename else reason_of(error)
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _download(name: str, url: str, folder: Path, on_progress: OnProgress) -> None:
    """Download a file to `folder`/ETAG, the name under which huggingface_hub looks for it."""
    from huggingface_hub import get_hf_file_metadata, get_token

    metadata: Any = get_hf_file_metadata(url)
    complete, part = folder / metadata.etag, folder / f"{metadata.etag}.part"
    if complete.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    headers = {"Authorization": f"Bearer {token}"} if (token := get_token()) else {}
    with httpx.Client(headers=headers, follow_redirects=True, timeout=TIMEOUT) as client:
        while (size := _size(part)) < metadata.size:
            try:
                _resume(client, url, part, lambda done: on_progress(name, done, metadata.size))
            except httpx.TransportError:
                if _size(part) == size:
                    raise
    if _size(part) != metadata.size or not _has_digest(part, metadata.etag):
        part.unlink()
        raise OSError(f"the downloaded {name} differs from the file on the hub")
    part.replace(complete)


def _resume(client: httpx.Client, url: str, part: Path, on_progress: Callable[[int], object]) -> None:
    """Download the bytes that `part` lacks, and append them."""
    size = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={size}-"} if size else {})
    with client.stream("GET", url, headers=headers) as response:
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if resumed else "wb") as file:
            for block in response.iter_bytes(BLOCK):
                file.write(block)
                on_progress(file.tell())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _has_digest(path: Path, etag: str) -> bool:
    """Return whether the file matches its ETag, which is the SHA-256 of large files; True for other ETags."""
    if not _SHA256.fullmatch(etag):
        return True
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == etag
