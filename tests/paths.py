"""Where the tests find files of the project."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
DATA = TESTS / "data"
GOLDEN = TESTS / "golden"
ORACLES = TESTS / "oracles"
TOP = TESTS.parent
DOCS = TOP / "docs"
SAMPLES = TOP / "samples"
