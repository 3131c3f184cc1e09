"""Readers and players that npm installs: they judge what we write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def npm_package(name: str) -> Path:
    """The folder of a package; skips where nobody says where it is."""
    modules = os.environ.get("CAPTIONER_NODE_MODULES")
    package = Path(modules or "", name)
    if not modules or not package.is_dir():
        pytest.skip(f"npm install {name}, and name its node_modules in CAPTIONER_NODE_MODULES")
    return package
