"""Final Cut Pro XML, the part that captions and titles share: a project with one gap, to which each cue is anchored.

Apple's DTD fixes the order of elements. Times are fractions of a second, not reduced, in whole frames of the sequence:
`1001/24000s` is one frame at 23.976. Programs read older versions, so 1.9 is written, which all that know captions do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.model.contents import Programme
from captioner.formats.model.frames import FrameClock
from captioner.formats.model.styled_text import TextStyle, runs
from captioner.formats.model.xml import attribute, xml_document
from captioner.timestamps import FrameRate
from captioner.values import Cue

VERSION = "1.9"

WIDTH, HEIGHT = 1920, 1080
"""Pixels, where nobody knows the picture."""


Begun = Callable[[Element, dict[str, str], Cue], Element]
"""Makes the element of a cue below its parent, from the attributes that place it in time; its last child is `text`."""


def project(
    cues: Sequence[Cue],
    programme: Programme,
    clock: FrameClock,
    begun: Begun,
    font: Mapping[str, str],
    effects: Sequence[Element] = (),
) -> str:
    """A file with one event, one project and one gap that carries all cues. `effects` are what elements refer to."""
    end = max((cue.end for cue in cues), default=0.0)
    frames = max(1, clock.frame(end), clock.frame(programme.duration or 0))
    root = Element("fcpxml", version=VERSION)
    resources = SubElement(root, "resources")
    SubElement(resources, "format", _picture(programme, clock.rate))
    resources.extend(effects)
    gap = _gap(root, programme.title or "Captions", clock, frames)
    ids = count(1)
    texts: list[tuple[Element, str]] = []
    for cue, lane in zip(cues, _lanes(cues), strict=True):
        texts += _styled(begun(gap, _place(cue, lane, clock), cue), cue, font, ids)
    ElementTree.indent(root)
    for element, text in texts:
        element.text = text
    return xml_document(root, "fcpxml")


def rational(frames: int, rate: FrameRate) -> str:
    """A time of so many frames: `0s`, `50/25s`, `24024/24000s`."""
    return f"{frames * rate.per_second.denominator}/{rate.per_second.numerator}s" if frames else "0s"


def _picture(programme: Programme, rate: FrameRate) -> dict[str, str]:
    known = programme.width and programme.height
    width, height = (programme.width, programme.height) if known else (WIDTH, HEIGHT)
    return {"id": "r1", "frameDuration": rational(1, rate), "width": str(width), "height": str(height)}


def _gap(root: Element, title: str, clock: FrameClock, frames: int) -> Element:
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


def _place(cue: Cue, lane: int, clock: FrameClock) -> dict[str, str]:
    start, end = clock.frame(cue.start), clock.frame(cue.end)
    return {
        "lane": str(lane),
        "offset": rational(start, clock.rate),
        "name": attribute(cue.text),
        "duration": rational(end - start, clock.rate),
    }


def _lanes(cues: Sequence[Cue]) -> Iterator[int]:
    """The lowest lane for each cue on which none that is still shown lies: two on one lane push each other away."""
    ends: list[float] = []
    for cue in cues:
        lane = next((lane for lane, end in enumerate(ends) if end <= cue.start), len(ends))
        ends[lane : lane + 1] = [cue.end]
        yield lane + 1


def _styled(element: Element, cue: Cue, font: Mapping[str, str], ids: Iterator[int]) -> list[tuple[Element, str]]:
    """Adds the runs of the text and, after all of them, the definitions of their looks. Returns what to fill in."""
    pieces = runs(cue)
    names = {looks: f"ts{next(ids)}" for looks in dict.fromkeys(looks for _, looks in pieces)}
    spans = [SubElement(element[-1], "text-style", ref=names[looks]) for _, looks in pieces]
    for looks, name in names.items():
        SubElement(SubElement(element, "text-style-def", id=name), "text-style", {**font, **_look(looks)})
    return [(span, piece) for span, (piece, _) in zip(spans, pieces, strict=True)]


def _look(looks: TextStyle) -> dict[str, str]:
    face = " ".join(name for name, on in (("Bold", looks.bold), ("Italic", looks.italic)) if on) or "Regular"
    marked = {"bold": looks.bold, "italic": looks.italic, "underline": looks.underline}
    return {
        "fontFace": face,
        "fontColor": _color(looks.color or "#ffffff"),
        **{name: "1" for name, on in marked.items() if on},
    }


def _color(color: str) -> str:
    """Red, green, blue and opacity from 0 to 1; six decimals bring back each of 256 steps."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return " ".join(f"{part:.6g}" for part in (*parts, 1))
