"""TTML of any dialect read through ttconv: IMSC, EBU-TT-D, iTT, DFXP and plain TTML 1."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element, ElementTree

from captioner.errors import FormatError
from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.extras import library
from captioner.formats.model.losses import Losses
from captioner.formats.model.ttconv_bridge import complaints, located_cues
from captioner.formats.model.xml import line_of, xml_root
from captioner.formats.ttml.document import NAMESPACE

# The drafts of 2006, in which Flash and early YouTube wrote; what captioner reads of them has not changed since.
_OLD_NAMESPACE = re.compile(r"http://www\.w3\.org/2006/(?:04|10)/ttaf1")

_TT, _TTM, _TTP = (f"{{{NAMESPACE}{part}}}" for part in ("", "#metadata", "#parameter"))
_ID, _LANGUAGE = ("{http://www.w3.org/XML/1998/namespace}" + name for name in ("id", "lang"))

_AGENT, _NAME = f"{_TTM}agent", f"{_TTM}name"

_BAD_TIME = re.compile(r"Bad (begin|end|dur) attribute value: (.*)")


def read_ttml(name: str, text: str) -> Contents:
    """The paragraphs of a document as cues. Raises `FormatError` for times that cannot be read, and without ttconv."""
    reader = library(name, "ttconv.imsc.reader")
    root = xml_root(name, _OLD_NAMESPACE.sub(NAMESPACE, text), (f"{_TT}tt",))
    speakers, lines = _marked(root)
    with complaints() as heard:
        try:
            document = reader.to_model(ElementTree(root))
        except Exception as error:  # whatever the library stumbles over in somebody's file
            raise FormatError(name, f"cannot be read by ttconv: {error}") from error
    for record in heard:
        if bad := _BAD_TIME.fullmatch(record.getMessage()):
            raise FormatError(name, f"the {bad[1]} of a part is no time: {bad[2]!r}")
    if document is None:
        raise FormatError(name, "cannot be read by ttconv")
    losses = Losses()
    cues = located_cues(document, name, losses, speaker=lambda paragraph: speakers.get(paragraph.get_lang()))
    mended = Losses({"thing that ttconv did not understand": len(heard)})
    located = [(cue, lines.get(paragraph.get_lang())) for cue, paragraph in cues]
    return Contents.of_cues(located, programme=_programme(root), losses=losses, mended=mended)


def _marked(root: Element) -> tuple[dict[str, str], dict[str, int | None]]:
    """The speaker and the line of each paragraph, by a mark that is put on it.

    The mark is its language: of all that a paragraph has and captioner does without, that alone comes out of ttconv.
    """
    names = {agent.get(_ID): " ".join((agent.findtext(_NAME) or "").split()) for agent in root.iter(_AGENT)}
    speakers, lines = dict[str, str](), dict[str, int | None]()
    for number, paragraph in enumerate(root.iter(f"{_TT}p")):
        paragraph.set(_LANGUAGE, f"x-{number}")
        lines[f"x-{number}"] = line_of(paragraph)
        if name := names.get(paragraph.get(_AGENT)):
            speakers[f"x-{number}"] = name
    return speakers, lines


def _programme(root: Element) -> Programme:
    title = root.findtext(f"{_TT}head/{_TT}metadata/{_TTM}title") or root.findtext(f"{_TT}head/{_TTM}title")
    return Programme(
        title=(title or "").strip() or None,
        language=root.get(_LANGUAGE) or None,
        frame_rate=_rate(root),
        drop_frame=root.get(f"{_TTP}dropMode") == "dropNTSC",
    )


def _rate(root: Element) -> Fraction | None:
    try:
        slower, faster = root.get(f"{_TTP}frameRateMultiplier", "1 1").replace(":", " ").split()
        return int(root.get(f"{_TTP}frameRate", "")) * Fraction(int(slower), int(faster))
    except (ValueError, ZeroDivisionError):
        return None
