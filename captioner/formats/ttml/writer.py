"""The TTML writer that all dialects share: a head with styles and regions, and a paragraph for each cue.

Styles are defined in the head and referenced, never inline, since EBU-TT-D allows nothing else; so all text is in a
`span`. White space is preserved and lines are separated by `br`, so that a text does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.common.contents import Programme
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.common.styled_text import PLAIN, TextStyle, runs
from captioner.formats.common.xml import attribute, in_xml, xml_document
from captioner.values import Cue, Position

Identified = TypeVar("Identified", bound=Hashable)

NAMESPACE = "http://www.w3.org/ns/ttml"

NAMESPACES = {
    "xmlns": NAMESPACE,
    "xmlns:ttp": f"{NAMESPACE}#parameter",
    "xmlns:tts": f"{NAMESPACE}#styling",
    "xmlns:ttm": f"{NAMESPACE}#metadata",
}

_TEXT_ALIGN = "tts:textAlign"

UNKNOWN_LANGUAGE = ""
"""`xml:lang`, which is required, where the language is unknown."""


@dataclass(frozen=True)
class Dialect:
    """The properties in which the dialects of TTML differ."""

    attributes: Mapping[str, str]
    """Attributes of the root element, besides the namespaces of TTML."""

    text_style: Mapping[str, str]
    """Style of all text."""

    box_style: Mapping[str, str]
    """Style of the box around the text."""

    region: Callable[[Position], Mapping[str, str]]
    """Returns the attributes of the region for a position."""

    format_time: Callable[[float], str]
    """Formats a time in seconds."""

    aligns_regions: bool = True
    """Whether a region may have `tts:textAlign` itself; if not, it references a style that has it."""

    conforms_to: str | None = None
    """The standard that the head names in `ebuttm:conformsToStandard`, if any."""


def restricted_to_ttml(cue: Cue) -> Cue:
    """Return the cue with its styles, and the anchor and the direction of its position; without speaker and words."""
    position = cue.position and Position(cue.position.anchor, vertical=cue.position.vertical)
    styled = without_white(restricted_to(in_xml(cue), styles=ALL_STYLES))
    return replace(styled, position=None if position == Position() else position)


def write_ttml(cues: Sequence[Cue], programme: Programme, dialect: Dialect) -> str:
    """Return a document in a dialect."""
    root = Element("tt", {**NAMESPACES, **dialect.attributes, "xml:lang": programme.language or UNKNOWN_LANGUAGE})
    speaker_ids = _ids("speaker", [cue.speaker for cue in cues if cue.speaker])
    style_ids = _ids("look", [style for cue in cues for _, style in runs(cue) if style != PLAIN])
    region_ids = _ids("place", [Position(), *(cue.position or Position() for cue in cues)])
    head = SubElement(root, "head")
    _add_metadata(head, programme, speaker_ids, dialect)
    styling = _add_styles(head, {"usual": dialect.text_style, "box": dialect.box_style}, style_ids)
    _add_regions(head, styling, region_ids, dialect)
    paragraphs = []
    if cues:  # a division without a paragraph is not EBU-TT-D
        division = SubElement(SubElement(root, "body", style="usual"), "div")
    for number, cue in enumerate(cues, 1):
        times = {"begin": dialect.format_time(cue.start), "end": dialect.format_time(cue.end)}
        agent = {"ttm:agent": speaker_ids[cue.speaker]} if cue.speaker else {}
        ids = {"xml:id": f"cue{number}", "region": region_ids[cue.position or Position()]}
        paragraphs.append(SubElement(division, "p", {**ids, **times, **agent, "xml:space": "preserve"}))
    ElementTree.indent(root)
    for paragraph, cue in zip(paragraphs, cues, strict=True):
        _add_text(paragraph, cue, style_ids)
    return xml_document(root)


def _ids(prefix: str, values: Iterable[Identified]) -> dict[Identified, str]:
    """Return an `xml:id` for each different value, numbered in their order."""
    return {value: f"{prefix}{number}" for number, value in enumerate(dict.fromkeys(values), 1)}


def _add_metadata(head: Element, programme: Programme, speaker_ids: Mapping[str, str], dialect: Dialect) -> None:
    metadata = Element("metadata")
    if programme.title:
        SubElement(metadata, "ttm:title").text = attribute(programme.title)
    if dialect.conforms_to:
        ebu_metadata = SubElement(metadata, "ebuttm:documentMetadata")
        SubElement(ebu_metadata, "ebuttm:conformsToStandard").text = dialect.conforms_to
    for speaker, agent_id in speaker_ids.items():
        agent = SubElement(metadata, "ttm:agent", {"xml:id": agent_id, "type": "person"})
        SubElement(agent, "ttm:name", type="full").text = speaker
    if len(metadata):
        head.append(metadata)


def _add_styles(head: Element, styles: dict[str, Mapping[str, str]], style_ids: Mapping[TextStyle, str]) -> Element:
    """Adds the named styles and those of the text; returns their parent."""
    styling = SubElement(head, "styling")
    text_styles = {style_id: _style_attributes(style) for style, style_id in style_ids.items()}
    for style_id, attributes in (styles | text_styles).items():
        SubElement(styling, "style", {"xml:id": style_id, **attributes})
    return styling


def _style_attributes(style: TextStyle) -> dict[str, str]:
    attributes = {
        "tts:fontStyle": "italic" if style.italic else "",
        "tts:fontWeight": "bold" if style.bold else "",
        "tts:textDecoration": "underline" if style.underline else "",
        "tts:color": style.color or "",
    }
    return {name: value for name, value in attributes.items() if value}


def _add_regions(head: Element, styling: Element, region_ids: Mapping[Position, str], dialect: Dialect) -> None:
    layout = SubElement(head, "layout")
    for position, region_id in region_ids.items():
        attributes = dict(dialect.region(position))
        if not dialect.aligns_regions:
            SubElement(styling, "style", {"xml:id": f"in-{region_id}", _TEXT_ALIGN: attributes.pop(_TEXT_ALIGN)})
            attributes["style"] = f"in-{region_id}"
        SubElement(layout, "region", {"xml:id": region_id, **attributes})


def _add_text(paragraph: Element, cue: Cue, style_ids: Mapping[TextStyle, str]) -> None:
    """Adds a span for each run of one style, with a `br` between its lines."""
    for text, style in runs(cue):
        span = SubElement(paragraph, "span", style=f"box {style_ids[style]}" if style in style_ids else "box")
        span.text, *following = text.split("\n")
        for line in following:
            SubElement(span, "br").tail = line
