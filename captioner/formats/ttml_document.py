"""TTML as its three dialects here share it: head with styles and regions, and a paragraph for each cue.

Styles are referred to, never written inline, since EBU-TT-D knows nothing else; so every text stands in a `span`. White
space is preserved and lines are parted by `br`, so that a text stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.contents import Programme
from captioner.formats.styling import PLAIN, Looks, runs
from captioner.formats.xml_text import attribute, xml_document
from captioner.values import Cue, Position

NAMESPACE = "http://www.w3.org/ns/ttml"

NAMESPACES = {
    "xmlns": NAMESPACE,
    "xmlns:ttp": f"{NAMESPACE}#parameter",
    "xmlns:tts": f"{NAMESPACE}#styling",
    "xmlns:ttm": f"{NAMESPACE}#metadata",
}

UNKNOWN_LANGUAGE = ""
"""What `xml:lang`, which has to be there, says where nobody knows the language (TTML2, 8.3.2)."""


@dataclass(frozen=True)
class Dialect:
    """What sets a dialect apart: the attributes of its root, the look of all text, and the region of each place.

    `time` spells seconds. `agents` says whether speakers are named, `metadata` is put into the head.
    """

    attributes: Mapping[str, str]
    usual: Mapping[str, str]
    region: Callable[[Position], Mapping[str, str]]
    time: Callable[[float], str]
    agents: bool = False
    metadata: Sequence[Element] = ()


def document(cues: Sequence[Cue], programme: Programme, dialect: Dialect) -> str:
    """A whole file."""
    root = Element("tt", {**NAMESPACES, **dialect.attributes, "xml:lang": programme.language or UNKNOWN_LANGUAGE})
    speakers = _numbered("speaker", [cue.speaker for cue in cues if cue.speaker and dialect.agents])
    looks = _numbered("look", [look for cue in cues for _, look in runs(cue) if look != PLAIN])
    places = _numbered("place", [cue.position or Position() for cue in cues])
    head = SubElement(root, "head")
    _add_metadata(head, programme, speakers, dialect)
    _add_styles(head, dialect.usual, looks)
    layout = SubElement(head, "layout")
    for place, name in places.items():
        SubElement(layout, "region", {"xml:id": name, **dialect.region(place)})
    division = SubElement(SubElement(root, "body", style="usual"), "div")
    paragraphs = []
    for number, cue in enumerate(cues, 1):
        times = {"begin": dialect.time(cue.start), "end": dialect.time(cue.end)}
        agent = {"ttm:agent": speakers[cue.speaker]} if cue.speaker in speakers else {}
        region = places[cue.position or Position()]
        names = {"xml:id": f"cue{number}", "region": region}
        paragraphs.append(SubElement(division, "p", {**names, **times, **agent, "xml:space": "preserve"}))
    ElementTree.indent(root)
    for paragraph, cue in zip(paragraphs, cues, strict=True):
        _fill(paragraph, cue, looks)
    return xml_document(root)
