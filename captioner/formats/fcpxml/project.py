"""The part of Final Cut Pro XML that captions and titles share: a project with one gap that all cues are anchored to.

Apple's DTD fixes the order of elements. Times are fractions of a second in whole frames of the sequence, not reduced:
`1001/24000s` is one frame at 23.976. Version 1.9 is written: programs read older versions, and all that import captions
read this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.common.contents import Programme
from captioner.formats.common.frames import FrameClock
from captioner.formats.common.styled_text import TextStyle, runs
from captioner.formats.common.xml import attribute, xml_document
from captioner.timestamps import FrameRate
from captioner.values import Cue

VERSION = "1.9"

WIDTH, HEIGHT = 1920, 1080
"""Pixels, where the size of the picture is unknown."""

AddItem = Callable[[Element, dict[str, str], Cue], Element]
"""Adds a caption or title to a gap, with the attributes for its timing, and returns it; its last child is `text`."""


def write_project(
    cues: Sequence[Cue],
    programme: Programme,
    clock: FrameClock,
    add_item: AddItem,
    font: Mapping[str, str],
    effects: Sequence[Element] = (),
) -> str:
    """Return a file with one event, one project and one gap with all cues.

    `effects` are resources that items reference.
    """
    end = max((cue.end for cue in cues), default=0.0)
    frames = max(1, clock.frame(end), clock.frame(programme.duration or 0))
    root = Element("fcpxml", version=VERSION)
    resources = SubElement(root, "resources")
    SubElement(resources, "format", _video_format(programme, clock.rate))
    resources.extend(effects)
    gap = _add_gap(root, programme.title or "Captions", clock, frames)
    ids = count(1)
    texts: list[tuple[Element, str]] = []
    for cue, lane in zip(cues, _lanes(cues), strict=True):
        texts += _add_runs(add_item(gap, _timing(cue, lane, clock), cue), cue, font, ids)
    ElementTree.indent(root)
    for element, text in texts:
        element.text = text
    return xml_document(root, "fcpxml")


def rational(frames: int, rate: FrameRate) -> str:
    """Return the time of a frame, in seconds: `0s`, `50/25s`, `24024/24000s`."""
    return f"{frames * rate.per_second.denominator}/{rate.per_second.numerator}s" if frames else "0s"


def _video_format(programme: Programme, rate: FrameRate) -> dict[str, str]:
    is_known = programme.width and programme.height
    width, height = (programme.width, programme.height) if is_known else (WIDTH, HEIGHT)
    return {"id": "r1", "frameDuration": rational(1, rate), "width": str(width), "height": str(height)}


def _add_gap(root: Element, title: str, clock: FrameClock, frames: int) -> Element:
    event = SubElement(SubElement(root, "library"), "event", name="captioner")
    start, duration = rational(clock.start, clock.rate), rational(frames, clock.rate)
    sequence = SubElement(
        SubElement(event, "project", name=attribute(title)),
        "sequence",
        format="r1",
        duration=duration,
        tcStart=start,
        tcFormat="DF" if clock.rate.drop_frame else "NDF",
    )
    spine = SubElement(sequence, "spine")
    return SubElement(spine, "gap", name="Gap", offset=start, start="0s", duration=duration)


def _timing(cue: Cue, lane: int, clock: FrameClock) -> dict[str, str]:
    start, end = clock.frame(cue.start), clock.frame(cue.end)
    return {
        "lane": str(lane),
        "offset": rational(start, clock.rate),
        "name": attribute(cue.text),
        "duration": rational(end - start, clock.rate),
    }


def _lanes(cues: Sequence[Cue]) -> Iterator[int]:
    """Yield the lowest free lane for each cue: two items on a lane at once push each other away."""
    ends: list[float] = []
    for cue in cues:
        lane = next((lane for lane, end in enumerate(ends) if end <= cue.start), len(ends))
        ends[lane : lane + 1] = [cue.end]
        yield lane + 1


def _add_runs(item: Element, cue: Cue, font: Mapping[str, str], ids: Iterator[int]) -> list[tuple[Element, str]]:
    """Adds an element for each run of one style, then the style definitions; returns the text for each element."""
    cue_runs = runs(cue)
    style_ids = {style: f"ts{next(ids)}" for style in dict.fromkeys(style for _, style in cue_runs)}
    elements = [SubElement(item[-1], "text-style", ref=style_ids[style]) for _, style in cue_runs]
    for style, style_id in style_ids.items():
        definition = SubElement(item, "text-style-def", id=style_id)
        SubElement(definition, "text-style", {**font, **_style_attributes(style)})
    return [(element, text) for element, (text, _) in zip(elements, cue_runs, strict=True)]


def _style_attributes(style: TextStyle) -> dict[str, str]:
    face = " ".join(name for name, is_on in (("Bold", style.bold), ("Italic", style.italic)) if is_on) or "Regular"
    flags = {"bold": style.bold, "italic": style.italic, "underline": style.underline}
    return {
        "fontFace": face,
        "fontColor": _color(style.color or "#ffffff"),
        **{name: "1" for name, is_on in flags.items() if is_on},
    }


def _color(color: str) -> str:
    """Red, green, blue and opacity from 0 to 1, with six decimals, so that each of 256 steps comes back."""
    channels = (int(color[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return " ".join(f"{channel:.6g}" for channel in (*channels, 1))
