"""Final Cut Pro XML with captions, .fcpxml: Final Cut Pro imports them into its caption lane, with their language.

The captions have the role of iTT, the format that holds any script. Final Cut Pro requires a language: where it is
unknown, English is written, as Final Cut Pro itself assumes for an SRT file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.common.frames import frame_clock, on_frames
from captioner.formats.common.xml import in_xml
from captioner.formats.fcpxml.project import write_project
from captioner.formats.fcpxml.reader import read_project
from captioner.values import Cue, Position

TOP = Position(8)

ROLE = "iTT?captionFormat=ITT."
"""Role of a caption, without its language."""

FONT = {"font": ".AppleSystemUIFont", "fontSize": "13", "backgroundColor": "0 0 0 1"}
"""The font that Final Cut Pro writes for an unstyled iTT caption."""


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a project with a caption for each cue. Raises `FormatError` without a frame rate."""
    role = ROLE + (programme.language or "en")

    def add_caption(gap: Element, timing: dict[str, str], cue: Cue) -> Element:
        caption = SubElement(gap, "caption", {**timing, "start": "0s", "role": role})
        SubElement(caption, "text", placement="top" if cue.position == TOP else "bottom")
        return caption

    clock = frame_clock("fcpxml", programme)
    return write_project(cues, programme, clock, add_caption, FONT)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, with styles, at the top or at the bottom: a caption has no other position."""
    return [_representable(cue) for cue in on_frames(cues, frame_clock("fcpxml", programme))]


def _representable(cue: Cue) -> Cue:
    position = TOP if cue.position is not None and cue.position.anchor >= 7 else None
    return replace(in_xml(without_white(restricted_to(cue, styles=ALL_STYLES))), position=position)


def parse(text: str) -> Contents:
    """Return the captions of a project or, if it has none, its titles. Raises `FormatError`."""
    return read_project("fcpxml", text)
