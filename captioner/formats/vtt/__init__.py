"""WebVTT, .vtt: https://www.w3.org/TR/webvtt1/. Clauses in this package are those of that standard."""

from captioner.formats.vtt.reader import parse
from captioner.formats.vtt.writer import entry, header, representable, write

__all__ = ["entry", "header", "parse", "representable", "write"]
