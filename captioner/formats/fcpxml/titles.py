"""Final Cut Pro XML with titles, .titles.fcpxml: text as pictures, for DaVinci Resolve and for styled captions.

The titles use Basic Title, the one template that every version of Final Cut Pro has and that Resolve converts to its
own Text+. Resolve ignores the position and centres titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.common.frames import frame_clock, on_frames
from captioner.formats.common.xml import in_xml
from captioner.formats.fcpxml.project import HEIGHT, write_project
from captioner.formats.fcpxml.reader import TITLE_HEIGHTS, read_project
from captioner.values import Cue, Position

# The three dots are part of the name: they mean the program's folder of templates.
TEMPLATE = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"

POSITION_KEY = "9999/999166631/999166633/1/100/101"
"""The parameter of Basic Title for its position, in pixels right of and above the middle of the picture."""

TEXT_HEIGHT = 1 / 20
"""Font size as a part of the picture's height. Lines are then about 7 % apart, as broadcasters recommend."""


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a project with a title for each cue. Raises `FormatError` without a frame rate."""
    height = programme.height or HEIGHT
    font = {"font": "Helvetica", "fontSize": f"{height * TEXT_HEIGHT:.0f}", "alignment": "center"}
    effect = Element("effect", id="r2", name="Basic Title", uid=TEMPLATE)

    def add_title(gap: Element, timing: dict[str, str], cue: Cue) -> Element:
        title = SubElement(gap, "title", {"ref": "r2", **timing, "start": "0s"})
        above_middle = TITLE_HEIGHTS[_row(cue.position)] * height
        SubElement(title, "param", name="Position", key=POSITION_KEY, value=f"0 {above_middle:.0f}")
        SubElement(title, "text")
        return title

    clock = frame_clock("fcpxml-titles", programme)
    return write_project(cues, programme, clock, add_title, font, [effect])


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, with styles, at the bottom, in the middle or at the top."""
    return [_representable(cue) for cue in on_frames(cues, frame_clock("fcpxml-titles", programme))]


def _representable(cue: Cue) -> Cue:
    row = _row(cue.position)
    styled = in_xml(without_white(restricted_to(cue, styles=ALL_STYLES)))
    return replace(styled, position=Position(3 * row - 1) if row > 1 else None)


def _row(position: Position | None) -> int:
    """Return the row of the numeric keypad, 1 for the bottom."""
    return (position.anchor + 2) // 3 if position else 1


def parse(text: str) -> Contents:
    """Return the captions of a project or, if it has none, its titles. Raises `FormatError`."""
    return read_project("fcpxml-titles", text)
