"""TTML as its three dialects here share it: head with styles and regions, and a paragraph for each cue.

Styles are referred to, never written inline, since EBU-TT-D knows nothing else; so every text stands in a `span`. White
space is preserved and lines are parted by `br`, so that a text stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.model.contents import Programme
from captioner.formats.model.styled_text import PLAIN, TextStyle, runs
from captioner.formats.model.xml import attribute, xml_document
from captioner.values import Cue, Position

Named = TypeVar("Named", bound=Hashable)

NAMESPACE = "http://www.w3.org/ns/ttml"

NAMESPACES = {
    "xmlns": NAMESPACE,
    "xmlns:ttp": f"{NAMESPACE}#parameter",
    "xmlns:tts": f"{NAMESPACE}#styling",
    "xmlns:ttm": f"{NAMESPACE}#metadata",
}

_ALIGN = "tts:textAlign"

UNKNOWN_LANGUAGE = ""
"""What `xml:lang`, which has to be there, says where nobody knows the language."""


@dataclass(frozen=True)
class Dialect:
    """What sets a dialect apart: the attributes of its root, the look of all text and of the box close around it, and
    the region of each place.

    `time` spells seconds. A region says itself how its lines are aligned where that may be said `inline`, else through
    a style.
    """

    attributes: Mapping[str, str]
    usual: Mapping[str, str]
    box: Mapping[str, str]
    region: Callable[[Position], Mapping[str, str]]
    time: Callable[[float], str]
    inline: bool = True


def document(cues: Sequence[Cue], programme: Programme, dialect: Dialect, *metadata: Element) -> str:
    """A whole file; `metadata` is put into its head."""
    root = Element("tt", {**NAMESPACES, **dialect.attributes, "xml:lang": programme.language or UNKNOWN_LANGUAGE})
    speakers = _numbered("speaker", [cue.speaker for cue in cues if cue.speaker])
    looks = _numbered("look", [look for cue in cues for _, look in runs(cue) if look != PLAIN])
    places = _numbered("place", [Position(), *(cue.position or Position() for cue in cues)])
    head = SubElement(root, "head")
    _add_metadata(head, programme, speakers, metadata)
    styling = _add_styles(head, {"usual": dialect.usual, "box": dialect.box}, looks)
    layout = SubElement(head, "layout")
    for place, name in places.items():
        box = dict(dialect.region(place))
        if not dialect.inline:
            SubElement(styling, "style", {"xml:id": f"in-{name}", _ALIGN: box.pop(_ALIGN)})
            box["style"] = f"in-{name}"
        SubElement(layout, "region", {"xml:id": name, **box})
    division = SubElement(SubElement(root, "body", style="usual"), "div")
    paragraphs = []
    for number, cue in enumerate(cues, 1):
        times = {"begin": dialect.time(cue.start), "end": dialect.time(cue.end)}
        agent = {"ttm:agent": speakers[cue.speaker]} if cue.speaker else {}
        names = {"xml:id": f"cue{number}", "region": places[cue.position or Position()]}
        paragraphs.append(SubElement(division, "p", {**names, **times, **agent, "xml:space": "preserve"}))
    ElementTree.indent(root)
    for paragraph, cue in zip(paragraphs, cues, strict=True):
        _fill(paragraph, cue, looks)
    return xml_document(root)


def _numbered(kind: str, things: Iterable[Named]) -> dict[Named, str]:
    """A name for each different thing, in the order in which they come."""
    return {thing: f"{kind}{number}" for number, thing in enumerate(dict.fromkeys(things), 1)}


def _add_metadata(head: Element, programme: Programme, speakers: Mapping[str, str], others: Sequence[Element]) -> None:
    metadata = Element("metadata")
    if programme.title:
        SubElement(metadata, "ttm:title").text = attribute(programme.title)
    metadata.extend(others)
    for speaker, name in speakers.items():
        agent = SubElement(metadata, "ttm:agent", {"xml:id": name, "type": "person"})
        SubElement(agent, "ttm:name", type="full").text = speaker
    if len(metadata):
        head.append(metadata)


def _add_styles(head: Element, styles: dict[str, Mapping[str, str]], looks: Mapping[TextStyle, str]) -> Element:
    styling = SubElement(head, "styling")
    for name, attributes in (styles | {name: _attributes(look) for look, name in looks.items()}).items():
        SubElement(styling, "style", {"xml:id": name, **attributes})
    return styling


def _attributes(look: TextStyle) -> dict[str, str]:
    marked = {
        "tts:fontStyle": "italic" if look.italic else "",
        "tts:fontWeight": "bold" if look.bold else "",
        "tts:textDecoration": "underline" if look.underline else "",
        "tts:color": look.color or "",
    }
    return {name: value for name, value in marked.items() if value}


def _fill(paragraph: Element, cue: Cue, looks: Mapping[TextStyle, str]) -> None:
    """A span for each piece that looks the same, with a `br` between its lines."""
    for text, look in runs(cue):
        span = SubElement(paragraph, "span", style=f"box {looks[look]}" if look in looks else "box")
        span.text, *below = text.split("\n")
        for line in below:
            SubElement(span, "br").tail = line
