"""Advanced SubStation Alpha v4+, .ass; the SubStation Alpha v4 before it, .ssa, is read too."""

from captioner.formats.ass.ass_colors import Recolor, recolor_script
from captioner.formats.ass.reader import parse
from captioner.formats.ass.style import AssStyle, AssTrack, default_style
from captioner.formats.ass.writer import representable, write, write_tracks

__all__ = [
    "AssStyle",
    "AssTrack",
    "Recolor",
    "default_style",
    "parse",
    "recolor_script",
    "representable",
    "write",
    "write_tracks",
]
