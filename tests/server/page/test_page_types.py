"""The page's modules by the type checker, as their JSDoc says."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.oracles.npm import npm_package

SETTINGS = Path(__file__).parent / "tsconfig.json"


def test_modules_have_the_types_that_they_say() -> None:
    compiler = npm_package("typescript").parent / ".bin" / "tsc"
    result = subprocess.run([compiler, "-p", SETTINGS], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
