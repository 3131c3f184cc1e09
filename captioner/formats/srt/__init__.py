"""SubRip, .srt. There is no standard, so captioner writes only what every player reads."""

from captioner.formats.srt.reader import parse
from captioner.formats.srt.writer import entry, representable, write

__all__ = ["entry", "parse", "representable", "write"]
