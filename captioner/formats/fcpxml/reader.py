"""Reads Final Cut Pro XML: the captions of a project or, if it has none, its titles, wherever they are anchored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from captioner.errors import FormatError
from captioner.formats.common.contents import Contents, Programme
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import cue_read
from captioner.formats.common.styled_text import PLAIN, StyledText, TextStyle, spans_of
from captioner.formats.common.xml import line_of, xml_root
from captioner.timestamps import FrameRate, format_timecode
from captioner.values import Cue, Position

TITLE_HEIGHTS = {1: -0.4, 2: 0.0, 3: 0.4}
"""Heights of titles by row of the numeric keypad, from the bottom: in picture heights above the middle."""

_TIME = re.compile(r"(\d{1,18})(?:/0*([1-9]\d{0,17}))?s", re.ASCII)

_LANGUAGE = re.compile(r"captionFormat=[^.]+\.(.+)")


class _Item(NamedTuple):
    """A caption or title."""

    element: Element
    start: Fraction
    """Seconds from the start of the sequence."""


def read_project(name: str, text: str) -> Contents:
    """Return the captions of the first project that has any, or else its titles; `name` is the format that errors name.

    Raises `FormatError`.
    """
    root = xml_root(name, text, ("fcpxml",))
    try:
        return _contents(root)
    except ValueError as error:
        raise FormatError(name, str(error)) from error


def _contents(root: Element) -> Contents:
    losses = Losses()
    sequences = [(sequence, _enabled(_items_of(sequence), losses)) for sequence in root.iter("sequence")]
    filled = [(sequence, items) for sequence, items in sequences if items]
    if not filled:
        programme = _programme(root, sequences[0][0], []) if sequences else Programme()
        return Contents.of_cues([], programme=programme, losses=losses)
    sequence, items = filled[0]
    losses["project"] += len(filled) - 1
    captions = [item for item in items if item.element.tag == "caption"]
    if captions:
        losses["title"] += len(items) - len(captions)
    programme = _programme(root, sequence, captions or items)
    definitions = {element.get("id", ""): element.find("text-style") for element in root.iter("text-style-def")}
    styles = {name: style.attrib for name, style in definitions.items() if style is not None}
    cues = [(_cue(item, programme, styles), line_of(item.element)) for item in captions or items]
    losses["empty caption"] += sum(cue is None for cue, _ in cues)
    ordered = sorted(cues, key=lambda pair: pair[0].start if pair[0] else 0)
    return Contents.of_cues(ordered, programme=programme, losses=losses)


def _enabled(items: Iterable[_Item], losses: Losses) -> list[_Item]:
    """Return the items that are shown: one that is switched off is counted."""
    shown: list[_Item] = []
    for item in items:
        if item.element.get("enabled") == "0":
            losses[f"disabled {item.element.tag}"] += 1
        else:
            shown.append(item)
    return shown


def _items_of(sequence: Element) -> Iterator[_Item]:
    for spine in sequence.findall("spine"):
        yield from _anchored(spine, Fraction(0), _time(sequence, "tcStart"))


def _anchored(parent: Element, start: Fraction, local_start: Fraction) -> Iterator[_Item]:
    """Yield the captions and titles below `parent`, which starts at `start` in the sequence.

    `local_start` is that moment by the parent's own clock, which the offsets of its children count.
    """
    for child in parent:
        child_start = start + _time(child, "offset", local_start) - local_start
        if child.tag in ("caption", "title"):
            yield _Item(child, child_start)
        yield from _anchored(child, child_start, _time(child, "start"))


def _time(element: Element, name: str, default: Fraction = Fraction(0)) -> Fraction:
    text = element.get(name)
    if text is None:
        return default
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(f"the {name} of a {element.tag} is not a time: {text!r}")
    return Fraction(int(match[1]), int(match[2] or 1))


def _programme(root: Element, sequence: Element, items: list[_Item]) -> Programme:
    """Return the programme of a sequence. An invalid start or size is left out: no cue depends on it."""
    name = sequence.get("format")
    video_format = next((element for element in root.iter("format") if element.get("id") == name), Element("format"))
    frame_duration = _time(video_format, "frameDuration")
    drop_frame = sequence.get("tcFormat") == "DF"
    project = next((element for element in root.iter("project") if sequence in element), Element("project"))
    return Programme(
        title=project.get("name"),
        language=_language(items),
        duration=float(_time(sequence, "duration")) or None,
        frame_rate=1 / frame_duration if frame_duration else None,
        start_timecode=_start_timecode(_time(sequence, "tcStart"), frame_duration, drop_frame),
        drop_frame=drop_frame,
        width=_pixels(video_format.get("width")),
        height=_pixels(video_format.get("height")),
    )


def _language(items: list[_Item]) -> str | None:
    """Return the language that all roles name; None if there are several or none."""
    matches = {_LANGUAGE.search(item.element.get("role", "")) for item in items}
    tags = {match[1] for match in matches if match}
    return tags.pop() if len(tags) == 1 else None


def _start_timecode(start: Fraction, frame_duration: Fraction, drop_frame: bool) -> str | None:
    if not frame_duration:
        return None
    try:
        return format_timecode(round(start / frame_duration), FrameRate(1 / frame_duration, drop_frame))
    except ValueError:
        return None


def _pixels(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def _cue(item: _Item, programme: Programme, styles: Mapping[str, Mapping[str, str]]) -> Cue | None:
    """Return the cue of an item; None if its text is empty. `styles` are the attributes of each style definition."""
    if item.start < 0:
        raise ValueError(f"a {item.element.tag} starts before its sequence")
    rate = Fraction(programme.frame_rate or 1000)
    end = item.start + _time(item.element, "duration")
    runs = [run for text in item.element.findall("text") for run in (("\n", PLAIN), *_runs(text, styles))][1:]
    text = StyledText("".join(text for text, _ in runs), spans_of(runs))
    position = _caption_position(item.element) or _title_position(item.element, programme)
    return cue_read(item.start * rate, end * rate, text, position=position, rate=rate)


def _runs(text: Element, styles: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, TextStyle]]:
    if text.text and text.text.strip():
        yield text.text, PLAIN
    for run in text.findall("text-style"):
        yield run.text or "", _text_style({**styles.get(run.get("ref", ""), {}), **run.attrib})


def _text_style(attributes: Mapping[str, str]) -> TextStyle:
    face = attributes.get("fontFace", "")
    return TextStyle(
        italic=attributes.get("italic") == "1" or "Italic" in face,
        bold=attributes.get("bold") == "1" or "Bold" in face,
        underline=attributes.get("underline") == "1",
        color=_hex_color(attributes.get("fontColor", "")),
    )


def _hex_color(text: str) -> str | None:
    """Return `#rrggbb` of three numbers from 0 to 1; None for white, the default, and for an invalid color."""
    try:
        channels = [min(255, max(0, round(float(channel) * 255))) for channel in text.split()[:3]]
    except (ValueError, OverflowError):
        return None
    if len(channels) != 3 or channels == [255, 255, 255]:
        return None
    return "#{:02x}{:02x}{:02x}".format(*channels)


def _caption_position(element: Element) -> Position | None:
    return Position(8) if any(text.get("placement") == "top" for text in element.findall("text")) else None


def _title_position(element: Element, programme: Programme) -> Position | None:
    """Return the position in the third of the picture that a title is in; None for the bottom, the default."""
    value = next((param.get("value", "") for param in element.findall("param") if param.get("name") == "Position"), "")
    try:
        height = float(value.split()[1]) / (programme.height or 1080)
    except (ValueError, IndexError):
        return None
    return None if height < -1 / 6 else Position(8) if height > 1 / 6 else Position(5)
