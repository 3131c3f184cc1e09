"""EBU-TT-D, .ebuttd.xml: TTML as European broadcasters stream it. EBU Tech 3380, https://tech.ebu.ch/publications/tech3380

Times are by the clock of the media, and styles are referred to alone: a region too has its alignment from a style.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.quantize import quantize
from captioner.formats.model.xml import in_xml
from captioner.formats.ttml.document import Dialect, document
from captioner.formats.ttml.imsc import placed
from captioner.formats.ttml.reader import read_ttml
from captioner.formats.ttml.regions import region
from captioner.timestamps import format_clock
from captioner.values import Cue

STANDARD = "urn:ebu:tt:distribution:2018-04"

DIALECT = Dialect(
    attributes={
        "xmlns:ebuttm": "urn:ebu:tt:metadata",
        "xmlns:ebutts": "urn:ebu:tt:style",
        "xmlns:itts": "http://www.w3.org/ns/ttml/profile/imsc1#styling",
        "ttp:timeBase": "media",
        "ttp:cellResolution": "32 15",
    },
    usual={
        "tts:fontFamily": "proportionalSansSerif",
        "tts:fontSize": "90%",
        "tts:lineHeight": "125%",
        "tts:color": "#ffffff",
        "ebutts:linePadding": "0.5c",
        "itts:fillLineGap": "true",
    },
    box={"tts:backgroundColor": "#000000ff"},
    region=region,
    time=format_clock,
    inline=False,
)
"""The box around the text is the BBC's: black, half a cell wider than each line, without gaps between them."""


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A paragraph for each cue, times by the clock."""
    metadata = Element("ebuttm:documentMetadata")
    SubElement(metadata, "ebuttm:conformsToStandard").text = STANDARD
    return document(representable(cues, programme), programme, DIALECT, metadata)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on milliseconds, with styles, and the anchor and the direction of their place."""
    return [placed(in_xml(cue), cue.position) for cue in quantize(cues)]


def parse(text: str) -> Contents:
    """The paragraphs as cues. Raises `FormatError`, also without ttconv."""
    return read_ttml("ebuttd", text)
