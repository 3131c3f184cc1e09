"""All formats by name, and the search for the format of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from captioner.errors import UnknownName
from captioner.formats.format import Format

HEAD = 4096
"""Bytes at the beginning of a file that are searched for the signature of a format."""

TTML = r"(?s).*<(?:\w+:)?tt[\s>]"
"""The signature of TTML files of any dialect."""

YOUTUBE = r"\s*(?:<\?xml[^>]*>\s*)?<(?:timedtext|transcript)\b"
"""The signature of YouTube's XML of any version."""

FORMATS = {
    format.name: format
    for format in (
        Format("srt", ".srt", "captioner.formats.srt", parts=("cues",), reads_programme=True),
        Format("vtt", ".vtt", "captioner.formats.vtt", parts=("cues",), signature=r"WEBVTT"),
        Format("ass", ".ass", "captioner.formats.ass", parts=("cues", "programme"), aliases=(".ssa",)),
        Format("lrc", ".lrc", "captioner.formats.lrc", parts=("cues", "programme")),
        Format(
            "microdvd",
            ".sub",
            "captioner.formats.microdvd",
            parts=("cues", "programme"),
            signature=r"(?i)\s*\{(?:-?\d+|default)\}",
            reads_programme=True,
        ),
        Format("sbv", ".sbv", "captioner.formats.sbv", parts=("cues",), aliases=(".sub",)),
        Format(
            "sami",
            ".smi",
            "captioner.formats.sami",
            parts=("cues", "programme"),
            aliases=(".sami",),
            signature=r"(?i)\s*<sami",
            reads_programme=True,
        ),
        Format("csv", ".csv", "captioner.formats.csv_table:CSV", parts=("cues",)),
        Format("tsv", ".tsv", "captioner.formats.csv_table:TSV", parts=("cues",)),
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
            reads_programme=True,
        ),
        Format(
            "ebuttd",
            ".ebuttd.xml",
            "captioner.formats.ttml.ebuttd",
            parts=("cues", "programme"),
            signature=TTML,
            reads_programme=True,
        ),
        Format("itt", ".itt", "captioner.formats.ttml.itt", parts=("cues", "programme"), reads_programme=True),
        Format("scc", ".scc", "captioner.formats.scc", parts=("cues", "programme"), reads_programme=True),
        Format("stl", ".stl", "captioner.formats.stl", parts=("cues", "programme"), binary=True, reads_programme=True),
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
        Format(
            "srv3",
            ".srv3",
            "captioner.formats.srv3",
            parts=("cues",),
            aliases=(".srv2", ".srv1", ".ytt", ".xml"),
            signature=YOUTUBE,
        ),
        Format("otio", ".otio", "captioner.formats.otio", parts=("cues", "programme")),
        Format("edl", ".edl", "captioner.formats.edl", parts=("cues", "programme"), reads_programme=True),
        Format(
            "avid",
            ".avid.txt",
            "captioner.formats.avid",
            parts=("cues", "programme"),
            aliases=(".txt",),
            signature=r"(?s).*<begin subtitles>",
            reads_programme=True,
        ),
        Format(
            "premiere",
            ".premiere.csv",
            "captioner.formats.premiere",
            parts=("cues", "programme"),
            aliases=(".csv",),
            signature="Marker Name\t",
            reads_programme=True,
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
            "mpl2",
            ".mpl",
            "captioner.formats.mpl2",
            parts=("cues",),
            aliases=(".mpl2.txt", ".txt", ".sub"),
            signature=r"\s*\[\d+\]\s*\[\d*\]",
        ),
        Format(
            "tmplayer",
            ".tmplayer.txt",
            "captioner.formats.tmplayer",
            parts=("cues",),
            aliases=(".txt", ".sub"),
            signature=r"\s*\d{1,6}:\d{1,2}:\d{1,2}(?:,\d)?[:=](?!\d)",
        ),
        Format(
            "printed",
            ".printed.txt",
            "captioner.formats.printed",
            parts=("cues",),
            aliases=(".txt",),
            signature=r"\s*\[[\d:.,]+ *--> *[\d:.,]+\]",
        ),
        Format(
            "audacity",
            ".labels.txt",
            "captioner.formats.audacity",
            parts=("cues",),
            aliases=(".txt",),
            signature=r"-?\d+[.,]\d+\t-?\d",
        ),
    )
}


WITH_TIMECODE = frozenset(("itt", "scc", "stl", "fcpxml", "fcpxml-titles", "xmeml", "otio", "edl", "avid", "premiere"))
"""The formats that store the timecode of the first frame."""

ENGLISH_UNLESS_NAMED = frozenset(("fcpxml", "sami"))
"""The formats that must name a language, and call captions English where it is unknown."""


def format_named(name: str) -> Format:
    """Return the format called `name`. Raises `UnknownName`."""
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name]


def format_of_path(path: str | PurePath) -> Format:
    """Return the first format whose suffix, in any case, ends the name of a file. Raises `UnknownName`."""
    for format in _formats_of(path):
        return format
    name = PurePath(path).name
    raise UnknownName("format", PurePath(path).suffix or name, FORMATS)


def format_of_file(path: str | PurePath, data: bytes) -> Format:
    """Return the format of an existing file, by its name and, if several formats share that, by the start of its text.

    Raises `UnknownName`.
    """
    head = data[:HEAD].replace(b"\0", b"").decode("latin-1").lstrip("ï»¿þÿ")  # without zeros UTF-16 reads like ASCII
    named = [format for format in _formats_of(path) if format.readable]
    signed = [format for format in named or FORMATS.values() if format.signature and re.match(format.signature, head)]
    unsigned = [format for format in named if not format.signature]
    return (signed or unsigned or [format_of_path(path)])[0]


def _formats_of(path: str | PurePath) -> Iterator[Format]:
    """Yield the formats whose suffix ends the name, the longest suffix first: `.fcp7.xml` is not only `.xml`."""
    name = PurePath(path).name.lower()
    suffixes = ((suffix, format) for format in FORMATS.values() for suffix in (format.suffix, *format.aliases))
    matching = [(suffix, format) for suffix, format in suffixes if name.endswith(suffix)]
    yield from (format for _, format in sorted(matching, key=lambda pair: -len(pair[0])))
