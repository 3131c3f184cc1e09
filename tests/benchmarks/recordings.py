"""The folder of real recordings that CAPTIONER_TESTDATA names. captioner may not ship them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

FOLDER = Path(os.environ.get("CAPTIONER_TESTDATA", "."))
MANIFEST = FOLDER / "MANIFEST.json"
"""Lists the recordings with their languages, transcripts, and references for the times of speech."""


def require_recordings() -> None:
    """Raise a `click.ClickException` if there are no recordings."""
    if not MANIFEST.exists():
        raise click.ClickException("no recordings: set CAPTIONER_TESTDATA to a folder of real speech")


def entries() -> list[dict[str, Any]]:
    """Return the entries of the manifest."""
    return list(json.loads(MANIFEST.read_text("utf-8"))["entries"])
