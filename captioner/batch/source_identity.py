"""By what a source and a folder of results are known, however they are named and wherever a run begins."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from captioner.media import path_of
from captioner.redaction import without_url_secrets
from captioner.stores import is_store, unsigned


def identity_of(address: str) -> str:
    """Return the absolute path of a file, with the links of its folder resolved; an address without a signature.

    A link to a file is a source of its own. Of an address with secrets a hash tells it from others.
    """
    path = path_of(address) if "://" in address else address
    if path is None:
        address = unsigned(address)
        plain = without_url_secrets(address)
        return plain if plain == address else f"{plain}#{hashlib.sha256(os.fsencode(address)).hexdigest()[:16]}"
    folder, name = os.path.split(path)
    return f"{_real_folder(os.getcwd(), folder)}/{name}"  # noqa: PTH109 (a batch has 100,000 sources)


def folder_identity(folder: str) -> str:
    """Return the absolute path of a folder of results without links; the address of one in a store."""
    return folder.rstrip("/") if is_store(folder) else _real_folder(os.getcwd(), folder)  # noqa: PTH109


@lru_cache(maxsize=10_000)
def _real_folder(here: str, folder: str) -> str:
    return os.path.realpath(os.path.join(here, folder)).rstrip("/")  # noqa: PTH118
