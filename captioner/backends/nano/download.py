"""The weights come here from the hub, file by file into the hub's own cache.

huggingface_hub begins a download that broke off anew, all gigabytes of it, and takes no Ctrl-C before it is done. So
the bytes are fetched here; it knows where they are, and puts them where it and everybody else finds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatch
from hashlib import file_digest
from pathlib import Path
from typing import Any

import httpx

from captioner.backends.nano.weights import (
    CONFIG,
    NAME,
    NANO,
    ModelFiles,
    checked,
    find,
    is_hub_name,
    problem_of,
    read_json,
    repository,
    wrong_kind,
)
from captioner.errors import BackendError, CaptionerError, UsageError

Watch = Callable[[str, int, int], object]
"""Hears how far a file is: its name, the bytes that are here, the bytes that it has."""

WANTED = ("*.json", "*.jinja", "*.safetensors", "*.txt")
"""The files of a repository that make the model run."""

PATIENCE = 20.0
"""Seconds without a byte after which the hub counts as gone."""

BLOCK = 2**16

_SHA256 = re.compile(r"[0-9a-f]{64}")


def pull(model: str, revision: str | None = None, watch: Watch = lambda name, here, size: None) -> ModelFiles:
    """Download what of `model` is not here yet; what broke off goes on. Raises `BackendError`, `UsageError`."""
    if not is_hub_name(model):
        raise UsageError(f"{model} is no name on the hub: OWNER/NAME, such as {NANO}")
    from huggingface_hub import hf_hub_download, hf_hub_url

    try:
        for name in _files_on_hub(model, revision):
            _fetch(name, hf_hub_url(model, name, revision=revision), repository(model) / "blobs", watch)
            path = Path(hf_hub_download(model, name, revision=revision))
            if name == CONFIG and (problem := wrong_kind(model, read_json(path))) is not None:
                raise BackendError(NAME, problem)
    except CaptionerError:
        raise
    except Exception as error:  # its client is built on other HTTP libraries from version to version
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        again = "what has come is kept, and run again it goes on"
        raise BackendError(NAME, f"{model} cannot be pulled: {reason}; {again}") from error
    return checked(model, revision)


def _files_on_hub(model: str, revision: str | None) -> list[str]:
    """The files to have, that which tells what it is first; none where the hub is gone and all is here."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        files = HfApi().model_info(model, revision=revision).siblings or []
    except RepositoryNotFoundError as error:
        raise BackendError(NAME, f"the hub has no model {model}, or it wants a token (HF_TOKEN)") from error
    except RevisionNotFoundError as error:
        raise BackendError(NAME, f"{model} has no revision {revision} on the hub") from error
    except HfHubHTTPError:
        raise
    except Exception as error:
        if (here := find(model, revision)) is not None and problem_of(here) is None:
            return []
        raise BackendError(NAME, f"{model} cannot be pulled: the hub cannot be reached; check the network") from error
    names = [file.rfilename for file in files if any(fnmatch(file.rfilename, pattern) for pattern in WANTED)]
    return sorted(names, key=lambda name: name != CONFIG)


def _fetch(name: str, url: str, folder: Path, watch: Watch) -> None:
    """The bytes of a file, where the hub's client looks for them: under the name that the hub has for its content."""
    from huggingface_hub import get_hf_file_metadata, get_token

    known: Any = get_hf_file_metadata(url)
    whole, part = folder / known.etag, folder / f"{known.etag}.part"
    if whole.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    key = {"Authorization": f"Bearer {token}"} if (token := get_token()) else {}
    with httpx.Client(headers=key, follow_redirects=True, timeout=PATIENCE) as client:
        while (here := _size(part)) < known.size:
            try:
                _go_on(client, url, part, lambda count: watch(name, count, known.size))
            except httpx.TransportError:
                if _size(part) == here:
                    raise
    if _size(part) != known.size or not _is(part, known.etag):
        part.unlink()
        raise OSError(f"what came of {name} is not what the hub has")
    part.replace(whole)


def _go_on(client: httpx.Client, url: str, part: Path, watch: Callable[[int], object]) -> None:
    """Append what `part` has not yet."""
    here = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={here}-"} if here else {})
    with client.stream("GET", url, headers=headers) as answer:
        answer.raise_for_status()
        goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as file:
            for block in answer.iter_bytes(BLOCK):
                file.write(block)
                watch(file.tell())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is(path: Path, etag: str) -> bool:
    """Whether the file is what its name on the hub says, which for a large one is its digest."""
    if not _SHA256.fullmatch(etag):
        return True
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == etag
