"""The Pythons of environments that have a vendor's client.

The clients cannot share an environment (PyJWT), so each has its own; `CAPTIONER_SDK_PYTHONS` lists their interpreters,
separated as in PATH.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def sdk_python(client: str) -> str:
    """Return the Python that has a client: zai, zhipuai or openai. Skips the test if none of the list has it."""
    for python in filter(None, os.environ.get("CAPTIONER_SDK_PYTHONS", "").split(os.pathsep)):
        if any(Path(python).parent.parent.glob(f"lib/python*/site-packages/{client}/__init__.py")):
            return python
    pytest.skip(f"set CAPTIONER_SDK_PYTHONS to a Python that has {client}")
