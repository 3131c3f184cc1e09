"""Caption formats, text in and text out: no format opens a file.

`FORMATS` is the whole registry. A format is a file of this room with `render` and, where it holds enough to be read
again, `parse`; the file is imported when it is used, and its library with it. A new format is one file and one entry:
whoever writes or reads captions calls `Format.write` and `Format.read`, and never asks which format it is.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

from captioner.errors import FormatError, UnknownName
from captioner.formats.report import render as render_report
from captioner.values import Cue, Report, Transcript

__all__ = ["FORMATS", "Contents", "Format", "Part", "format_named", "format_of_path", "render_report"]

Part = Literal["cues", "transcript", "report"]


@dataclass(frozen=True)
class Contents:
    """What was read from a caption file. None is what its format does not hold."""

    cues: Sequence[Cue] | None = None
    transcript: Transcript | None = None
    report: Report | None = None


@dataclass(frozen=True)
class Format:
    """One format: its name, the end of its file names, the module that knows it, and the parts it is made `of`.

    The module's `render` takes these parts in this order and its `parse` gives them back, one alone or several in a
    tuple. A format that is not `readable` leaves out too much.
    """

    name: str
    suffix: str
    module: str
    of: tuple[Part, ...]
    readable: bool = True

    def write(self, cues: Sequence[Cue] | None, transcript: Transcript | None, report: Report | None) -> str:
        """The text of a file. Raises `FormatError` where a part is None that the format is made of."""
        given: dict[Part, Any] = {"cues": cues, "transcript": transcript, "report": report}
        for part in self.of:
            if given[part] is None:
                raise FormatError(self.name, f"cannot be written without the {part}")
        text: str = importlib.import_module(self.module).render(*(given[part] for part in self.of))
        return text

    def read(self, text: str) -> Contents:
        """What a file's text holds. Raises `FormatError` where it is not in this format, or that is not readable."""
        if not self.readable:
            raise FormatError(self.name, "cannot be read: it does not hold the times of what is said")
        parsed = importlib.import_module(self.module).parse(text)
        parts = parsed if len(self.of) > 1 else (parsed,)
        return Contents(**dict(zip(self.of, parts, strict=True)))


FORMATS = {
    format.name: format
    for format in (
        Format("srt", ".srt", "captioner.formats.srt", of=("cues",)),
        Format("vtt", ".vtt", "captioner.formats.vtt", of=("cues",)),
        Format("txt", ".txt", "captioner.formats.txt", of=("transcript",), readable=False),
        Format("json", ".json", "captioner.formats.transcript", of=("transcript", "report")),
    )
}


def format_named(name: str) -> Format:
    """The format called `name`. Raises `UnknownName`."""
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name]


def format_of_path(path: str | PurePath) -> Format:
    """The format that the end of a file's name tells, in capitals or not. Raises `UnknownName`."""
    name = PurePath(path).name
    for format in FORMATS.values():
        if name.lower().endswith(format.suffix):
            return format
    raise UnknownName("format", PurePath(path).suffix or name, FORMATS)
