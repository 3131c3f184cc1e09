"""Readers and players from npm, which read the files that captioner writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def npm_package(name: str) -> Path:
    """Return the folder of an installed package, or skip the test."""
    modules = os.environ.get("CAPTIONER_NODE_MODULES")
    package = Path(modules or "", name)
    if not modules or not package.is_dir():
        pytest.skip(f"npm install {name}, and set CAPTIONER_NODE_MODULES to the folder node_modules")
    return package
