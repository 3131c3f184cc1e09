"""SubRip, .srt. There is no standard: what is written here is what every player reads."""

from captioner.formats.srt.reader import parse
from captioner.formats.srt.writer import entry, representable, write

__all__ = ["entry", "parse", "representable", "write"]
