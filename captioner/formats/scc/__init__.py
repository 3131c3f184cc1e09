"""Scenarist closed captions (SCC): CEA-608 captions for line 21."""

from captioner.formats.scc.reader import parse
from captioner.formats.scc.writer import representable, write

__all__ = ["parse", "representable", "write"]
