"""Final Cut Pro XML with captions, .fcpxml: what Final Cut Pro imports into its caption lane, with the language.

The captions have the role of iTT, the format that holds any script. Final Cut Pro knows no caption without a language;
where nobody knows it, it is said to be English, as Final Cut Pro itself says of an SRT.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.fcpxml.project import project
from captioner.formats.fcpxml.reader import read_project
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.model.frames import FrameClock, frame_clock, on_frames
from captioner.formats.model.xml import in_xml
from captioner.values import Cue, Position

TOP = Position(8)

ROLE = "iTT?captionFormat=ITT."

FONT = {"font": ".AppleSystemUIFont", "fontSize": "13", "backgroundColor": "0 0 0 1"}
"""As Final Cut Pro writes an iTT caption that nobody has styled."""


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A project with a caption for each cue. Raises `FormatError` without a frame rate."""
    role = ROLE + (programme.language or "en")

    def caption(gap: Element, place: dict[str, str], cue: Cue) -> Element:
        element = SubElement(gap, "caption", {**place, "start": "0s", "role": role})
        SubElement(element, "text", placement="top" if cue.position == TOP else "bottom")
        return element

    return project(representable(cues, programme), programme, _clock(programme), caption, FONT)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on frames; of a place only whether it is at the top, which is all that a caption can be told."""
    return [replace(_representable(cue), position=_place(cue)) for cue in on_frames(cues, _clock(programme))]


def _representable(cue: Cue) -> Cue:
    return in_xml(without_white(restricted_to(cue, styles=ALL_STYLES)))


def _place(cue: Cue) -> Position | None:
    return TOP if cue.position is not None and cue.position.anchor >= 7 else None


def _clock(programme: Programme) -> FrameClock:
    return frame_clock("fcpxml", programme)


def parse(text: str) -> Contents:
    """The captions of a project or, where it has none, its titles. Raises `FormatError`."""
    return read_project("fcpxml", text)
