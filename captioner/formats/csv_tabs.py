"""Cues in a table whose columns tabs part, .tsv, as spreadsheets and Whisper have it."""

from __future__ import annotations

from collections.abc import Iterable

from captioner.formats.csv_table import parse_with, render_with, representable
from captioner.formats.model.contents import Contents
from captioner.values import Cue

__all__ = ["parse", "representable", "write"]


def write(cues: Iterable[Cue]) -> str:
    """A head and a row for each cue, by start."""
    return render_with(cues, "\t")


def parse(text: str) -> Contents:
    """The rows as cues. Raises `FormatError`."""
    return parse_with("tsv", text, "\t")
