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
from captioner.formats.contents import Contents, Part, Programme
from captioner.formats.encodings import decoded
from captioner.formats.format import UNKNOWN, Format
from captioner.formats.report import render as render_report
from captioner.formats.retiming import retimed
from captioner.formats.speakers import labelled
from captioner.formats.spoken import transcript_of

__all__ = [
    "FORMATS",
    "UNKNOWN",
    "Contents",
    "Format",
    "Part",
    "Programme",
    "decoded",
    "format_named",
    "format_of_file",
    "format_of_path",
    "labelled",
    "render_report",
    "retimed",
    "transcript_of",
]

HEAD = 4096
"""Bytes in which a file shows its format."""

TTML = r"(?s).*<(?:\w+:)?tt\s"
"""What no file begins with that is not TTML of one dialect or another."""

FORMATS = {
    format.name: format
    for format in (
        Format("srt", ".srt", "captioner.formats.srt", of=("cues",)),
        Format("vtt", ".vtt", "captioner.formats.vtt", of=("cues",), mark=r"WEBVTT"),
        Format("ass", ".ass", "captioner.formats.ass", of=("cues", "programme"), others=(".ssa",)),
        Format("lrc", ".lrc", "captioner.formats.lrc", of=("cues", "programme")),
        Format(
            "microdvd", ".sub", "captioner.formats.microdvd", of=("cues", "programme"), mark=r"\s*\{\d+\}", told=True
        ),
        Format("sbv", ".sbv", "captioner.formats.sbv", of=("cues",), others=(".sub",)),
        Format(
            "sami", ".smi", "captioner.formats.sami", of=("cues", "programme"), others=(".sami",), mark=r"(?i)\s*<sami"
        ),
        Format("csv", ".csv", "captioner.formats.csv_commas", of=("cues",)),
        Format("tsv", ".tsv", "captioner.formats.csv_tabs", of=("cues",)),
        Format("txt", ".txt", "captioner.formats.txt", of=("transcript",), readable=False),
        Format("md", ".md", "captioner.formats.markdown", of=("transcript", "programme"), readable=False),
        Format(
            "html",
            ".html",
            "captioner.formats.html_page",
            of=("transcript", "programme"),
            readable=False,
            others=(".htm",),
        ),
        Format("json", ".json", "captioner.formats.transcript", of=("transcript", "report")),
        Format(
            "ttml",
            ".ttml",
            "captioner.formats.ttml",
            of=("cues", "programme"),
            others=(".dfxp", ".xml"),
            mark=TTML,
        ),
        Format("ebuttd", ".ebuttd.xml", "captioner.formats.ebuttd", of=("cues", "programme"), mark=TTML),
        Format("itt", ".itt", "captioner.formats.itt", of=("cues", "programme"), told=True),
        Format("scc", ".scc", "captioner.formats.scc", of=("cues", "programme"), told=True),
        Format("stl", ".stl", "captioner.formats.stl", of=("cues", "programme"), binary=True),
        Format("fcpxml", ".fcpxml", "captioner.formats.fcpxml", of=("cues", "programme")),
        Format("fcpxml-titles", ".titles.fcpxml", "captioner.formats.fcpxml_titles", of=("cues", "programme")),
        Format(
            "xmeml",
            ".fcp7.xml",
            "captioner.formats.xmeml",
            of=("cues", "programme"),
            others=(".xml",),
            mark=r"(?s).*<xmeml",
        ),
        Format("otio", ".otio", "captioner.formats.otio", of=("cues", "programme")),
        Format("edl", ".edl", "captioner.formats.edl", of=("cues", "programme"), told=True),
        Format(
            "avid",
            ".avid.txt",
            "captioner.formats.avid",
            of=("cues", "programme"),
            others=(".txt",),
            mark=r"(?s).*<begin subtitles>",
            told=True,
        ),
        Format(
            "premiere",
            ".premiere.csv",
            "captioner.formats.premiere",
            of=("cues", "programme"),
            others=(".csv",),
            mark="Marker Name\t",
            told=True,
        ),
        Format(
            "audition",
            ".audition.csv",
            "captioner.formats.audition",
            of=("cues",),
            others=(".csv",),
            mark="Name\tStart\t",
        ),
        Format(
            "audacity",
            ".labels.txt",
            "captioner.formats.audacity",
            of=("cues",),
            others=(".txt",),
            mark=r"\d+[.,]\d+\t\d",
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
    marked = [format for format in named or FORMATS.values() if format.mark and re.match(format.mark, head)]
    plain = [format for format in named if not format.mark]
    return (marked or plain or [format_of_path(path)])[0]


def _formats_of(path: str | PurePath) -> Iterator[Format]:
    """The longest end first, so that `.fcp.xml` is not only `.xml`."""
    name = PurePath(path).name.lower()
    ends = ((end, format) for format in FORMATS.values() for end in (format.suffix, *format.others))
    told = [(end, format) for end, format in ends if name.endswith(end)]
    yield from (format for _, format in sorted(told, key=lambda pair: -len(pair[0])))
