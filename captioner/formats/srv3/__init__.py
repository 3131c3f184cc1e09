"""YouTube's XML, .srv3: timed text of version 3, with the time of each word of automatic captions."""

from captioner.formats.srv3.reader import parse
from captioner.formats.srv3.writer import representable, write

__all__ = ["parse", "representable", "write"]
