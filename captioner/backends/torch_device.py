"""What the backends that run models with torch share: devices, number formats, memory errors, the way to load a model.

Imports torch, which is slow to import: only modules that load a model may import this one.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from transformers.utils import logging as transformers_logging

from captioner.errors import BackendError

_one_at_a_time = Lock()
"""While transformers loads a model, it changes state of torch with which loading a second model fails."""

_MEMORY_ERRORS = ("out of memory", "can't allocate memory")


def chosen_device(backend: str, name: str) -> torch.device:
    """Return the device called `name`; "auto" is cuda, or else mps, or else cpu. Raises `BackendError`."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=name)
        return torch.device(name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise BackendError(backend, f"this machine has no device {name!r}; use device=cpu or device=auto") from error


def multiplies_bfloat16() -> bool:
    """Return whether the CPU multiplies bfloat16 in hardware; False if torch is too old to know."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(unit) for unit in ("amx_bf16", "avx512_bf16"))


@contextmanager
def loading_model(backend: str, folder: Path, device: torch.device) -> Iterator[None]:
    """Load one model at a time, without progress bars and advice for developers. Errors become a `BackendError`."""
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except BackendError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            reason = f"the model does not fit into the memory of {device}; close other programs or use device=cpu"
            raise BackendError(backend, reason) from error
        raise BackendError(backend, f"cannot load the model in {folder}: {first_line(error)}") from error


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether the device, or this machine, had too little memory."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(phrase in str(error) for phrase in _MEMORY_ERRORS)
    )


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or the name of its class.

    Without "Please ...", with which transformers ends its messages about missing packages.

    >>> first_line(ImportError("\\nIt needs the library x. Please restart your runtime."))
    'It needs the library x'
    """
    return str(error).strip().partition("\n")[0].partition(". Please ")[0] or type(error).__name__
