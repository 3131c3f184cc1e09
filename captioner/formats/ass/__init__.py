"""Advanced SubStation Alpha v4+, .ass; the SubStation Alpha v4 before it, .ssa, is read too."""

from captioner.formats.ass.ass_colors import Recolor, recolor_script
from captioner.formats.ass.drawing_size import DrawnSize, drawn_size
from captioner.formats.ass.reader import parse
from captioner.formats.ass.style import AssStyle, AssTrack, default_style
from captioner.formats.ass.writer import representable, write, write_tracks

__all__ = [
    "AssStyle",
    "AssTrack",
    "DrawnSize",
    "Recolor",
    "default_style",
    "drawn_size",
    "parse",
    "recolor_script",
    "representable",
    "write",
    "write_tracks",
]
