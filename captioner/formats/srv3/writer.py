"""Writing YouTube's XML: a pen for each style, a window position for each place, and a piece for each word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.common.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.common.quantize import quantize
from captioner.formats.common.stamps import stamps, with_stamped_words
from captioner.formats.common.styled_text import PLAIN, TextStyle, text_style
from captioner.formats.common.xml import in_xml, xml_document
from captioner.formats.srv3.window_position import WindowPosition, position_of, window_position
from captioner.values import Cue


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues as the file holds them: places in whole percents, each word until the next one begins."""
    return [_representable(cue) for cue in quantize(cues)]


def _representable(cue: Cue) -> Cue:
    held = in_xml(without_white(restricted_to(cue, styles=ALL_STYLES, position="exact", words=True)))
    return with_stamped_words(
        replace(held, position=position_of(window_position(held.position)) if held.position else None)
    )


def write(cues: Sequence[Cue]) -> str:
    """Return the cues, each a `p` of milliseconds."""
    styles = {text_style(span): None for cue in cues for span in cue.styles}
    windows = {window_position(cue.position): None for cue in cues if cue.position}
    pens = {style: str(number) for number, style in enumerate(styles, 1)}
    places = {window: str(number) for number, window in enumerate(windows, 1)}
    root = Element("timedtext", format="3")
    head = SubElement(root, "head")
    for style, pen in pens.items():
        SubElement(head, "pen", {"id": pen, **_pen(style)})
    for window, place in places.items():
        SubElement(head, "wp", id=place, ap=str(window.anchor), ah=str(window.x), av=str(window.y))
    body = SubElement(root, "body")
    for cue in cues:
        body.append(_paragraph(cue, pens, places))
    _part_lines(root, head, body)
    return xml_document(root)


def _pen(style: TextStyle) -> dict[str, str]:
    switches = {"b": style.bold, "i": style.italic, "u": style.underline}
    return {name: "1" for name, on in switches.items() if on} | ({"fc": style.color} if style.color else {})


def _paragraph(cue: Cue, pens: Mapping[TextStyle, str], places: Mapping[WindowPosition, str]) -> Element:
    start, end = round(cue.start * 1000), round(cue.end * 1000)
    paragraph = Element("p", t=str(start), d=str(end - start))
    if cue.position:
        paragraph.set("wp", places[window_position(cue.position)])
    for time, style, text in _pieces(cue):
        offset = {} if time is None else {"t": str(round(time * 1000) - start)}
        pen = {"p": pens[style]} if style in pens else {}
        SubElement(paragraph, "s", offset | pen).text = text
    if len(paragraph) == 1 and not paragraph[0].attrib:
        paragraph.text = cue.text
        del paragraph[0]
    return paragraph


def _pieces(cue: Cue) -> Iterator[tuple[float | None, TextStyle, str]]:
    """Yield the text in pieces of one style and one word, with the time at which its word begins."""
    times = dict(stamps(cue))
    edges = {edge for span in cue.styles for edge in (span.first, span.last)}
    for first, last in pairwise(sorted({0, len(cue.text)} | edges | set(times))):
        style = next((text_style(span) for span in cue.styles if span.first <= first < span.last), PLAIN)
        yield times.get(first), style, cue.text[first:last]


def _part_lines(root: Element, head: Element, body: Element) -> None:
    """Put each element that is not inside of a paragraph on its own line."""
    for parent in (root, head, body):
        if len(parent):
            parent.text = "\n"
        for child in parent:
            child.tail = "\n"
