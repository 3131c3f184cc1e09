"""The libraries of the extra `[formats]`, imported when a format needs them."""

from __future__ import annotations

import importlib
from typing import Any

from captioner.errors import FormatError


def library(format_name: str, module: str) -> Any:
    """Return the module of that name. Raises `FormatError`, which says what to install, if its library is missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = module.partition(".")[0]
        raise FormatError(format_name, f"needs {missing}; run: pip install 'captioner[formats]'") from error
