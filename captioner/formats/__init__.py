"""Caption formats, text in and text out: no format opens a file.

`FORMATS` is the whole registry. A format is a file of this room with `render` and, where it holds enough to be read
again, `parse`; the file is imported when it is used, and its library with it. A new format is one file and one entry:
whoever writes or reads captions calls `Format.write` and `Format.read`, and never asks which format it is.

`render` takes the parts that the format is made of and returns the file, a text or, of a binary format, bytes. `parse`
takes the file and returns `Contents`. A format of cues has `kept` too, with the parameters of `render`: the cues as the
file will hold them, on its grid of times and by start. `render` writes these, `parse` reads them again, and what they
lack is what `Format.losses` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from captioner.errors import UnknownName
from captioner.formats.model.contents import Contents, Part, Programme
from captioner.formats.model.encodings import decoded
from captioner.formats.model.format import UNKNOWN, Format, Written
from captioner.formats.model.losses import CueLosses
from captioner.formats.model.retiming import shift_and_stretch
from captioner.formats.model.speaker_labels import with_speaker_labels
from captioner.formats.transcript.from_cues import transcript_of
from captioner.formats.transcript.report import write as render_report

__all__ = [
    "FORMATS",
    "UNKNOWN",
    "Contents",
    "CueLosses",
    "Format",
    "Part",
    "Programme",
    "Written",
    "decoded",
    "format_named",
    "format_of_file",
    "format_of_path",
    "render_report",
    "shift_and_stretch",
    "transcript_of",
    "with_speaker_labels",
]

HEAD = 4096
"""Bytes in which a file shows its format."""

TTML = r"(?s).*<(?:\w+:)?tt\s"
"""What no file begins with that is not TTML of one dialect or another."""

FORMATS = {
    format.name: format
    for format in (
        Format("srt", ".srt", "captioner.formats.srt", parts=("cues",)),
        Format("vtt", ".vtt", "captioner.formats.vtt", parts=("cues",), signature=r"WEBVTT"),
        Format("ass", ".ass", "captioner.formats.ass", parts=("cues", "programme"), aliases=(".ssa",)),
        Format("lrc", ".lrc", "captioner.formats.lrc", parts=("cues", "programme")),
        Format(
            "microdvd",
            ".sub",
            "captioner.formats.microdvd",
            parts=("cues", "programme"),
            signature=r"\s*\{\d+\}",
            needs_frame_rate=True,
        ),
        Format("sbv", ".sbv", "captioner.formats.sbv", parts=("cues",), aliases=(".sub",)),
        Format(
            "sami",
            ".smi",
            "captioner.formats.sami",
            parts=("cues", "programme"),
            aliases=(".sami",),
            signature=r"(?i)\s*<sami",
        ),
        Format("csv", ".csv", "captioner.formats.csv_commas", parts=("cues",)),
        Format("tsv", ".tsv", "captioner.formats.csv_tabs", parts=("cues",)),
        Format("txt", ".txt", "captioner.formats.transcript.txt", parts=("transcript",), readable=False),
        Format("md", ".md", "captioner.formats.transcript.markdown", parts=("transcript", "programme"), readable=False),
        Format(
            "html",
            ".html",
            "captioner.formats.transcript.html",
            parts=("transcript", "programme"),
            readable=False,
            aliases=(".htm",),
        ),
        Format("json", ".json", "captioner.formats.transcript.json", parts=("transcript", "report")),
        Format(
            "ttml",
            ".ttml",
            "captioner.formats.ttml.imsc",
            parts=("cues", "programme"),
            aliases=(".dfxp", ".xml"),
            signature=TTML,
        ),
        Format("ebuttd", ".ebuttd.xml", "captioner.formats.ttml.ebuttd", parts=("cues", "programme"), signature=TTML),
        Format("itt", ".itt", "captioner.formats.ttml.itt", parts=("cues", "programme"), needs_frame_rate=True),
        Format("scc", ".scc", "captioner.formats.scc.writer", parts=("cues", "programme"), needs_frame_rate=True),
        Format("stl", ".stl", "captioner.formats.stl.writer", parts=("cues", "programme"), binary=True),
        Format("fcpxml", ".fcpxml", "captioner.formats.fcpxml.captions", parts=("cues", "programme")),
        Format("fcpxml-titles", ".titles.fcpxml", "captioner.formats.fcpxml.titles", parts=("cues", "programme")),
        Format(
            "xmeml",
            ".fcp7.xml",
            "captioner.formats.xmeml",
            parts=("cues", "programme"),
            aliases=(".xml",),
            signature=r"(?s).*<xmeml",
        ),
        Format("otio", ".otio", "captioner.formats.otio", parts=("cues", "programme")),
        Format("edl", ".edl", "captioner.formats.edl", parts=("cues", "programme"), needs_frame_rate=True),
        Format(
            "avid",
            ".avid.txt",
            "captioner.formats.avid",
            parts=("cues", "programme"),
            aliases=(".txt",),
            signature=r"(?s).*<begin subtitles>",
            needs_frame_rate=True,
        ),
        Format(
            "premiere",
            ".premiere.csv",
            "captioner.formats.premiere",
            parts=("cues", "programme"),
            aliases=(".csv",),
            signature="Marker Name\t",
            needs_frame_rate=True,
        ),
        Format(
            "audition",
            ".audition.csv",
            "captioner.formats.audition",
            parts=("cues",),
            aliases=(".csv",),
            signature="Name\tStart\t",
        ),
        Format(
            "audacity",
            ".labels.txt",
            "captioner.formats.audacity",
            parts=("cues",),
            aliases=(".txt",),
            signature=r"\d+[.,]\d+\t\d",
        ),
    )
}


def format_named(name: str) -> Format:
    """The format called `name`. Raises `UnknownName`."""
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name]


def format_of_path(path: str | PurePath) -> Format:
    """The format that the end of a file's name tells, in capitals or not: the first. Raises `UnknownName`."""
    for format in _formats_of(path):
        return format
    name = PurePath(path).name
    raise UnknownName("format", PurePath(path).suffix or name, FORMATS)


def format_of_file(path: str | PurePath, data: bytes) -> Format:
    """The format of a file that is there, by its name and, where that leaves a choice, by the text that it begins with.

    Raises `UnknownName`.
    """
    head = data[:HEAD].replace(b"\0", b"").decode("latin-1").lstrip("ï»¿þÿ")  # without zeros UTF-16 is as plain
    named = [format for format in _formats_of(path) if format.readable]
    marked = [format for format in named or FORMATS.values() if format.signature and re.match(format.signature, head)]
    plain = [format for format in named if not format.signature]
    return (marked or plain or [format_of_path(path)])[0]


def _formats_of(path: str | PurePath) -> Iterator[Format]:
    """The longest end first, so that `.fcp.xml` is not only `.xml`."""
    name = PurePath(path).name.lower()
    ends = ((end, format) for format in FORMATS.values() for end in (format.suffix, *format.aliases))
    told = [(end, format) for end, format in ends if name.endswith(end)]
    yield from (format for _, format in sorted(told, key=lambda pair: -len(pair[0])))
