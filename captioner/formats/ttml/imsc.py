"""TTML as IMSC 1.1 Text Profile, .ttml: what streaming services and broadcasters take. https://www.w3.org/TR/ttml-imsc1.1/

ttconv reads it, with all that TTML allows: nested and relative times, styles by reference, regions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from captioner.formats.model.contents import Contents, Programme
from captioner.formats.model.fidelity import ALL_STYLES, restricted_to, without_white
from captioner.formats.model.quantize import quantize
from captioner.formats.model.xml import attribute, in_xml
from captioner.formats.ttml.document import Dialect, document
from captioner.formats.ttml.reader import read_ttml
from captioner.formats.ttml.regions import region
from captioner.timestamps import format_clock
from captioner.values import Cue, Position

DIALECT = Dialect(
    attributes={
        "ttp:contentProfiles": "http://www.w3.org/ns/ttml/profile/imsc1.1/text",
        "ttp:timeBase": "media",
        "ttp:cellResolution": "32 15",
    },
    usual={
        "tts:fontFamily": "proportionalSansSerif",
        "tts:fontSize": "90%",
        "tts:lineHeight": "125%",
        "tts:color": "#ffffff",
    },
    box={"tts:backgroundColor": "#000000cc"},
    region=region,
    time=format_clock,
)
"""Of the 15 rows of cells one is 6.7 % of the picture; so lines are 7.5 % apart, as the BBC wants them."""


def write(cues: Iterable[Cue], programme: Programme) -> str:
    """A paragraph for each cue, times by the clock."""
    return document(representable(cues, programme), programme, DIALECT)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """The cues on milliseconds, with styles, speakers, and the anchor and the direction of their place."""
    return [named(placed(in_xml(cue), cue.position), cue.speaker) for cue in quantize(cues)]


def placed(cue: Cue, place: Position | None, *, vertical: bool = True) -> Cue:
    """The cue with what TTML holds of its styles and its place; no speaker."""
    held = place and Position(place.anchor, vertical=place.vertical if vertical else "")
    return replace(without_white(restricted_to(cue, styles=ALL_STYLES)), position=None if held == Position() else held)


def named(cue: Cue, speaker: str | None) -> Cue:
    """The cue with a speaker whose name XML holds."""
    return replace(cue, speaker=attribute(speaker or "") or None)


def parse(text: str) -> Contents:
    """The paragraphs of any TTML document as cues. Raises `FormatError`, also without ttconv."""
    return read_ttml("ttml", text)
