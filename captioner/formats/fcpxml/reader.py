"""Final Cut Pro XML read: the captions of a project or, where it has none, its titles, wherever they are anchored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.losses import Losses
from captioner.formats.model.quantize import cue_read
from captioner.formats.model.styled_text import PLAIN, StyledText, TextStyle, spans_of
from captioner.formats.model.xml import line_of, xml_root
from captioner.timestamps import FrameRate, format_timecode
from captioner.values import Cue, Position

TITLE_ROWS = {1: -0.4, 2: 0.0, 3: 0.4}
"""Where titles stand: a row of the number pad, from below, and the part of the picture above its middle."""

_RATIONAL = re.compile(r"(\d{1,18})(?:/0*([1-9]\d{0,17}))?s", re.ASCII)

_LANGUAGE = re.compile(r"captionFormat=[^.]+\.(.+)")


class _Item(NamedTuple):
    """A caption or title, and when it begins, in seconds of the sequence."""

    element: Element
    begins: Fraction


def read_project(name: str, text: str) -> Contents:
    """The captions of the first project that has any, or else its titles. Raises `FormatError` of the format `name`."""
    root = xml_root(name, text, ("fcpxml",))
    try:
        return _contents(root)
    except ValueError as error:
        raise FormatError(name, str(error)) from error


def _contents(root: Element) -> Contents:
    sequences = [(sequence, list(_items_of(sequence))) for sequence in root.iter("sequence")]
    filled = [(sequence, items) for sequence, items in sequences if items]
    losses = Losses()
    if not filled:
        return Contents([], programme=_programme(root, sequences[0][0], []) if sequences else Programme())
    sequence, items = filled[0]
    losses["project"] += len(filled) - 1
    captions = [item for item in items if item.element.tag == "caption"]
    if captions:
        losses["title"] += len(items) - len(captions)
    chosen = captions or items
    programme = _programme(root, sequence, chosen)
    looks = {found.get("id", ""): found.find("text-style") for found in root.iter("text-style-def")}
    cues = [(_cue(item, programme, looks), line_of(item.element)) for item in chosen]
    losses["empty caption"] += sum(cue is None for cue, _ in cues)
    ordered = sorted(cues, key=lambda pair: pair[0].start if pair[0] else 0)
    return Contents.of_cues(ordered, programme=programme, losses=losses)


def _items_of(sequence: Element) -> Iterator[_Item]:
    for spine in sequence.findall("spine"):
        yield from _anchored(spine, Fraction(0), _time(sequence, "tcStart"))


def _anchored(parent: Element, begins: Fraction, start: Fraction) -> Iterator[_Item]:
    """What lies in or below `parent`, which begins at `begins` and calls that moment `start`."""
    for child in parent:
        at = begins + _time(child, "offset", start) - start
        if child.tag in ("caption", "title"):
            yield _Item(child, at)
        yield from _anchored(child, at, _time(child, "start"))


def _time(element: Element, name: str, default: Fraction = Fraction(0)) -> Fraction:
    text = element.get(name)
    if text is None:
        return default
    match = _RATIONAL.fullmatch(text.strip())
    if not match:
        raise ValueError(f"the {name} of a {element.tag} is no time: {text!r}")
    return Fraction(int(match[1]), int(match[2] or 1))


def _programme(root: Element, sequence: Element, items: list[_Item]) -> Programme:
    """What the sequence says of itself. A start or a size that makes no sense is left out: no cue depends on it."""
    name = sequence.get("format")
    picture = next((found for found in root.iter("format") if found.get("id") == name), Element("format"))
    duration = _time(picture, "frameDuration")
    drop_frame = sequence.get("tcFormat") == "DF"
    project = next((found for found in root.iter("project") if sequence in found), Element("project"))
    languages = {_LANGUAGE.search(item.element.get("role", "")) for item in items}
    tags = {match[1] for match in languages if match}
    return Programme(
        title=project.get("name"),
        language=tags.pop() if len(tags) == 1 else None,
        duration=float(_time(sequence, "duration")) or None,
        frame_rate=1 / duration if duration else None,
        start_timecode=_start(_time(sequence, "tcStart"), duration, drop_frame),
        drop_frame=drop_frame,
        width=_pixels(picture.get("width")),
        height=_pixels(picture.get("height")),
    )


def _start(start: Fraction, duration: Fraction, drop_frame: bool) -> str | None:
    try:
        return format_timecode(round(start / duration), FrameRate(1 / duration, drop_frame)) if duration else None
    except ValueError:
        return None


def _pixels(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def _cue(item: _Item, programme: Programme, looks: dict[str, Element | None]) -> Cue | None:
    rate = programme.frame_rate or 1000
    end = item.begins + _time(item.element, "duration")
    pieces = [piece for text in item.element.findall("text") for piece in (("\n", PLAIN), *_pieces(text, looks))][1:]
    spelled = StyledText("".join(text for text, _ in pieces), spans_of(pieces))
    position = _caption_place(item.element) or _title_place(item.element, programme)
    if item.begins < 0:
        raise ValueError(f"a {item.element.tag} lies before the start of the sequence")
    return cue_read(item.begins * rate, end * rate, spelled, position=position, rate=Fraction(rate))


def _pieces(text: Element, looks: dict[str, Element | None]) -> Iterator[tuple[str, TextStyle]]:
    if text.text and text.text.strip():
        yield text.text, PLAIN
    for run in text.findall("text-style"):
        defined = looks.get(run.get("ref", ""))
        yield run.text or "", _look({**(defined.attrib if defined is not None else {}), **run.attrib})


def _look(attributes: dict[str, str]) -> TextStyle:
    face = attributes.get("fontFace", "")
    return TextStyle(
        italic=attributes.get("italic") == "1" or "Italic" in face,
        bold=attributes.get("bold") == "1" or "Bold" in face,
        underline=attributes.get("underline") == "1",
        color=_color(attributes.get("fontColor", "")),
    )


def _color(text: str) -> str | None:
    """`#rrggbb`; None for white, the usual, and for what is no color."""
    try:
        parts = [min(255, max(0, round(float(part) * 255))) for part in text.split()[:3]]
    except (ValueError, OverflowError):
        return None
    return "#{:02x}{:02x}{:02x}".format(*parts) if len(parts) == 3 and parts != [255, 255, 255] else None


def _caption_place(element: Element) -> Position | None:
    return Position(8) if any(text.get("placement") == "top" for text in element.findall("text")) else None


def _title_place(element: Element, programme: Programme) -> Position | None:
    """The row of the number pad in whose third of the picture a title stands; the lowest is the usual place."""
    value = next((found.get("value", "") for found in element.findall("param") if found.get("name") == "Position"), "")
    try:
        height = float(value.split()[1]) / (programme.height or 1080)
    except (ValueError, IndexError):
        return None
    return None if height < -1 / 6 else Position(8) if height > 1 / 6 else Position(5)
