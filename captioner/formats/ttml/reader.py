"""TTML of any dialect read through ttconv: IMSC, EBU-TT-D, iTT, DFXP and plain TTML 1.

ttconv reads all that TTML allows: nested and relative times, styles by reference, regions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element, ElementTree

from captioner.errors import FormatError
from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Programme
from captioner.formats.common.extras import library
from captioner.formats.common.losses import Losses
from captioner.formats.common.ttconv_bridge import located_cues, read_document
from captioner.formats.common.xml import line_of, xml_root
from captioner.formats.ttml.regions import position_of_region
from captioner.formats.ttml.repairs import drop_bad_styles, repair_parameters, repair_times, timecode_seconds
from captioner.formats.ttml.writer import NAMESPACE
from captioner.values import Cue

# The namespaces of 2006, in which Flash and early YouTube wrote; what captioner reads of them has not changed since.
_OLD_NAMESPACE = re.compile(r"http://www\.w3\.org/2006/(?:02|04|10)/ttaf1")

_TT, _TTM, _TTP = (f"{{{NAMESPACE}{part}}}" for part in ("", "#metadata", "#parameter"))
_ID, _LANGUAGE = ("{http://www.w3.org/XML/1998/namespace}" + name for name in ("id", "lang"))

_AGENT, _NAME = f"{_TTM}agent", f"{_TTM}name"

_BAD_TIME = re.compile(r"Bad (begin|end|dur) attribute value: (.*)")


def read_ttml(name: str, text: str, given: Programme = UNKNOWN_PROGRAMME) -> Contents:
    """Return the paragraphs of a document as cues; `name` is the format that errors name.

    `given` is what the reader knows besides the file: its frame rate holds where the file counts frames and names none,
    and of paragraphs in several languages only those in its language are read, if there are any.

    Raises `FormatError` for times that cannot be read, and if ttconv is missing.
    """
    root = xml_root(name, _OLD_NAMESPACE.sub(NAMESPACE, text), (f"{_TT}tt", "tt"))
    losses, repairs = Losses(), Losses()
    repairs["missing namespace"] += _put_in_namespace(root)
    repair_parameters(root, repairs)
    repair_times(root, given.frame_rate, losses, repairs)
    _keep_language(root, given.language, losses)
    losses["picture"] += sum(map(_is_picture, root.iter()))
    losses["text outside of the body"] += _count_outside(root)
    speakers, lines = _mark_paragraphs(root)
    styles = library(name, "ttconv.imsc.style_properties").StyleProperties.BY_QNAME
    drop_bad_styles(root, styles, losses)
    document, warnings = _document(name, root)
    cues = located_cues(
        document,
        name,
        losses,
        position=lambda region, align, _: position_of_region(document, region, align),
        speaker=lambda paragraph: speakers.get(paragraph.get_lang()),
    )
    located = [(cue, lines.get(paragraph.get_lang())) for cue, paragraph in cues]
    repairs["thing that ttconv did not understand"] += len(warnings)
    programme = _programme(root)
    early = _start_of_programme(root, programme.frame_rate, [cue for cue, _ in located])
    return Contents.of_cues(located, programme=programme, losses=losses, repairs=repairs, early=early)


def _put_in_namespace(root: Element) -> bool:
    """Put the elements of a document without a namespace into that of TTML, and return whether it had none."""
    if root.tag != "tt":
        return False
    for element in root.iter():
        if "}" not in element.tag:
            element.tag = f"{_TT}{element.tag}"
    return True


def _count_outside(root: Element) -> int:
    """Return the number of paragraphs with text that ttconv does not look at, as in a region with a body of its own."""
    inside = {id(paragraph) for body in root.iterfind(f"{_TT}body") for paragraph in body.iter(f"{_TT}p")}
    paragraphs = (one for one in root.iter(f"{_TT}p") if id(one) not in inside)
    return sum(bool("".join(one.itertext()).strip()) for one in paragraphs)


def _document(name: str, root: Element) -> tuple[Any, list[str]]:
    """Return the document that ttconv reads, and the warnings that it logs."""
    reader = library(name, "ttconv.imsc.reader")
    document, warnings = read_document(name, lambda: reader.to_model(ElementTree(root)))
    for warning in warnings:
        if bad := _BAD_TIME.fullmatch(warning):
            raise FormatError(name, f"the {bad[1]} attribute of an element is not a time: {bad[2]!r}")
    if document is None:
        raise FormatError(name, "cannot be read by ttconv")
    return document, warnings


def _keep_language(root: Element, language: str | None, losses: Losses) -> None:
    """Remove the paragraphs in other languages than `language`, if some are in that one."""
    paragraphs = list(_paragraphs(root, root.get(_LANGUAGE, "")))
    ours = [paragraph for _, paragraph, tag in paragraphs if language and _same_language(tag, language)]
    if ours:
        for parent, paragraph, tag in paragraphs:
            if not _same_language(tag, language or ""):
                parent.remove(paragraph)
                losses["text in another language"] += 1


def _paragraphs(parent: Element, outer: str) -> Iterator[tuple[Element, Element, str]]:
    """Yield each paragraph that has text, with its parent and its language."""
    for element in parent:
        language = element.get(_LANGUAGE, outer)
        if element.tag != f"{_TT}p":
            yield from _paragraphs(element, language)
        elif "".join(element.itertext()).strip():
            yield parent, element, language


def _same_language(tag: str, other: str) -> bool:
    return tag.lower().partition("-")[0] == other.lower().partition("-")[0]


def _is_picture(element: Element) -> bool:
    """Return whether an element shows a picture in place of text (SMPTE ST 2052-1, IMSC image profile)."""
    named = any(name.endswith("}backgroundImage") for name in element.attrib)
    return (named and element.tag.endswith(("}div", "}p"))) or element.tag == f"{_TT}image"


def _start_of_programme(root: Element, rate: Fraction | None, cues: list[Cue | None]) -> float:
    """The seconds at which the programme begins by the clock of its times (EBU Tech 3350, documentStartOfProgramme).

    0 where the document does not say it, or all of it comes earlier: then the times count from the programme's start.
    """
    element = root.find(".//{*}documentStartOfProgramme")
    start = timecode_seconds((element.text or "").strip(), rate) if element is not None else None
    if start is None or not any(cue and cue.start >= start for cue in cues):
        return 0.0
    return float(start)


def _mark_paragraphs(root: Element) -> tuple[dict[str, str], dict[str, int | None]]:
    """Marks each paragraph, and returns the speakers and the lines by mark.

    The mark replaces the language of the paragraph: it is the one attribute that captioner does not need and ttconv
    passes on.
    """
    names = {agent.get(_ID): " ".join((agent.findtext(_NAME) or "").split()) for agent in root.iter(_AGENT)}
    speakers, lines = dict[str, str](), dict[str, int | None]()
    for number, paragraph in enumerate(root.iter(f"{_TT}p")):
        mark = f"x-{number}"
        paragraph.set(_LANGUAGE, mark)
        lines[mark] = line_of(paragraph)
        if name := names.get(paragraph.get(_AGENT)):
            speakers[mark] = name
    return speakers, lines


def _programme(root: Element) -> Programme:
    title = root.findtext(f"{_TT}head/{_TT}metadata/{_TTM}title") or root.findtext(f"{_TT}head/{_TTM}title")
    return Programme(
        title=(title or "").strip() or None,
        language=root.get(_LANGUAGE) or None,
        frame_rate=_frame_rate(root),
        drop_frame=root.get(f"{_TTP}dropMode") == "dropNTSC",
    )


def _frame_rate(root: Element) -> Fraction | None:
    try:
        numerator, denominator = root.get(f"{_TTP}frameRateMultiplier", "1 1").replace(":", " ").split()
        return int(root.get(f"{_TTP}frameRate", "")) * Fraction(int(numerator), int(denominator))
    except (ValueError, ZeroDivisionError):
        return None
