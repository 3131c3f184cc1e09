"""Final Cut Pro XML with titles, .titles.fcpxml: text as pictures, for DaVinci Resolve and for captions with a look.

Basic Title is the one template that Final Cut Pro has had in every version and that Resolve turns into its own Text+.
Resolve leaves the place out and puts titles in the middle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.fcpxml.project import HEIGHT, project
from captioner.formats.fcpxml.reader import TITLE_ROWS, read_project
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.model.frames import FrameClock, frame_clock, on_frames
from captioner.formats.model.xml import in_xml
from captioner.values import Cue, Position

# The three dots are part of the name: they stand for the folder of the program's templates.
TEMPLATE = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"

POSITION = "9999/999166631/999166633/1/100/101"
"""The parameter of Basic Title that holds its place, in pixels from the middle of the picture, right and up."""

TEXT_HEIGHT = 1 / 20
"""Of the picture. Lines are then about 7 % of it apart, as broadcasters want them."""


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A project with a title for each cue. Raises `FormatError` without a frame rate."""
    height = programme.height or HEIGHT
    font = {"font": "Helvetica", "fontSize": f"{height * TEXT_HEIGHT:.0f}", "alignment": "center"}
    effect = Element("effect", id="r2", name="Basic Title", uid=TEMPLATE)

    def title(gap: Element, place: dict[str, str], cue: Cue) -> Element:
        element = SubElement(gap, "title", {"ref": "r2", **place, "start": "0s"})
        above = TITLE_ROWS[_row(cue.position)] * height
        SubElement(element, "param", name="Position", key=POSITION, value=f"0 {above:.0f}")
        SubElement(element, "text")
        return element

    return project(representable(cues, programme), programme, _clock(programme), title, font, [effect])


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames; of a place only whether it is below, in the middle or at the top."""
    return [_representable(cue) for cue in on_frames(cues, _clock(programme))]


def _representable(cue: Cue) -> Cue:
    row = _row(cue.position)
    return replace(
        in_xml(without_white(restricted_to(cue, styles=ALL_STYLES))),
        position=Position(3 * row - 1) if row > 1 else None,
    )


def _row(position: Position | None) -> int:
    """The row of the number pad, from below."""
    return (position.anchor + 2) // 3 if position else 1


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("fcpxml-titles", programme)


def parse(text: str) -> Contents:
    """The captions of a project or, where it has none, its titles. Raises `FormatError`."""
    return read_project("fcpxml-titles", text)
