"""EBU STL, the subtitle files of European broadcasters."""

from captioner.formats.stl.reader import parse
from captioner.formats.stl.writer import representable, write

__all__ = ["parse", "representable", "write"]
