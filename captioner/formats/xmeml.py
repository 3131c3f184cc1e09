"""Final Cut Pro 7 XML with sequence markers, .fcp7.xml: Premiere Pro imports it as a sequence (File > Import).

Apple's Final Cut Pro XML Interchange Format, version 5. Times are whole frames of the sequence. A marker's `name` has
one line, so the `comment` holds the text with its line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.fidelity import restricted_to
from captioner.formats.common.frames import FrameClock, frame_clock, on_frames
from captioner.formats.common.losses import Losses
from captioner.formats.common.xml import attribute, in_xml, line_of, xml_document, xml_root
from captioner.formats.xmeml_titles import titles_of
from captioner.timestamps import FrameRate, parse_timecode
from captioner.timestamps.frame_rates import NTSC
from captioner.values import Cue

_NUMBER = re.compile(r"-?\d{1,12}", re.ASCII)


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a sequence without clips, with a marker for each cue. Raises `FormatError` without a frame rate."""
    clock = frame_clock("xmeml", programme)
    root = Element("xmeml", version="5")
    sequence = SubElement(root, "sequence", id="captions")
    SubElement(sequence, "name").text = attribute(programme.title or "Captions")
    end = max((clock.frame(cue.end) for cue in cues), default=0)
    SubElement(sequence, "duration").text = str(max(end, clock.frame(programme.duration or 0)))
    _add_rate(sequence, clock.rate)
    _add_timecode(sequence, clock)
    _add_media(sequence, programme)
    comments = [_add_marker(sequence, cue, clock) for cue in cues]
    ElementTree.indent(root)
    for comment, cue in zip(comments, cues, strict=True):
        comment.text = cue.text
    return xml_document(root, "xmeml")


def _add_rate(parent: Element, rate: FrameRate) -> None:
    element = SubElement(parent, "rate")
    SubElement(element, "timebase").text = str(rate.labels)
    SubElement(element, "ntsc").text = "FALSE" if rate.per_second == rate.labels else "TRUE"


def _add_timecode(sequence: Element, clock: FrameClock) -> None:
    timecode = SubElement(sequence, "timecode")
    _add_rate(timecode, clock.rate)
    SubElement(timecode, "string").text = clock.label(0)
    SubElement(timecode, "frame").text = str(clock.start)
    SubElement(timecode, "displayformat").text = "DF" if clock.rate.drop_frame else "NDF"


def _add_media(sequence: Element, programme: Programme) -> None:
    """Adds an empty video track, with the size of the picture where it is known."""
    video = SubElement(SubElement(sequence, "media"), "video")
    if programme.width and programme.height:
        size = SubElement(SubElement(video, "format"), "samplecharacteristics")
        SubElement(size, "width").text = str(programme.width)
        SubElement(size, "height").text = str(programme.height)
    SubElement(video, "track")


def _add_marker(sequence: Element, cue: Cue, clock: FrameClock) -> Element:
    """Adds a marker and returns its empty comment: indenting the document would change a text."""
    marker = SubElement(sequence, "marker")
    comment = SubElement(marker, "comment")
    SubElement(marker, "name").text = attribute(cue.text)
    SubElement(marker, "in").text = str(clock.frame(cue.start))
    SubElement(marker, "out").text = str(clock.frame(cue.end))
    return comment


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues on frames, with text alone."""
    return [in_xml(restricted_to(cue)) for cue in on_frames(cues, frame_clock("xmeml", programme))]


def parse(text: str) -> Contents:
    """Return the markers of the first sequence that has any as cues, without those of its clips.

    A sequence without markers has its titles as cues; beside markers they are counted. Raises `FormatError`.
    """
    root = xml_root("xmeml", text, ("xmeml",))
    sequences = list(root.iter("sequence"))
    marked = [sequence for sequence in sequences if sequence.find("marker") is not None] or sequences
    if not marked:
        raise FormatError("xmeml", "contains no sequence")
    sequence, *others = marked
    clock = _clock(sequence)
    cues = [(_cue(marker, clock), line_of(marker)) for marker in sequence.findall("marker")]
    losses = Losses({"marker without text": sum(cue is None for cue, _ in cues), "sequence": len(others)})
    titles = list(titles_of(sequence, losses))
    if cues:
        losses["title"] += len(titles)
    else:
        cues = [(clock.cue(title.first, title.last, title.text), title.line) for title in titles]
    ordered = sorted(cues, key=lambda pair: pair[0].start if pair[0] else 0)
    return Contents.of_cues(ordered, programme=clock.programme(sequence.findtext("name")), losses=losses)


def _clock(sequence: Element) -> FrameClock:
    labels = _number(sequence, "rate/timebase")
    is_ntsc = (sequence.findtext("rate/ntsc") or "").strip().upper() == "TRUE"
    drop_frame = (sequence.findtext("timecode/displayformat") or "").strip() == "DF"
    try:
        rate = FrameRate(labels * (NTSC if is_ntsc else Fraction(1)), drop_frame=drop_frame and is_ntsc)
        start = sequence.findtext("timecode/string")
        return FrameClock("xmeml", rate, parse_timecode(start, rate) if start else 0)
    except ValueError as error:
        raise FormatError("xmeml", str(error)) from error


def _cue(marker: Element, clock: FrameClock) -> Cue | None:
    """Return the cue of a marker; None without text. A marker whose end is -1 is a point and lasts a frame."""
    first, last = _number(marker, "in"), _number(marker, "out")
    comment = marker.findtext("comment") or ""
    return clock.cue(max(0, first), last, comment if comment.strip() else marker.findtext("name") or "")


def _number(element: Element, path: str) -> int:
    text = (element.findtext(path) or "").strip()
    if not _NUMBER.fullmatch(text):
        raise FormatError("xmeml", f"the {path} of a {element.tag} is not a number: {text!r}")
    return int(text)
