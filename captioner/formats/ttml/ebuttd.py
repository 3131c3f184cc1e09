"""EBU-TT-D, .ebuttd.xml: TTML as European broadcasters stream it. EBU Tech 3380, https://tech.ebu.ch/publications/tech3380

It is close to IMSC, with styles by reference alone: a region too has its alignment from a style.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Programme
from captioner.formats.common.quantize import quantize
from captioner.formats.ttml.imsc import IMSC, MEDIA_TIME
from captioner.formats.ttml.reader import read_ttml
from captioner.formats.ttml.writer import restricted_to_ttml, write_ttml
from captioner.values import Cue

EBU_TT_D = replace(
    IMSC,
    attributes={
        "xmlns:ebuttm": "urn:ebu:tt:metadata",
        "xmlns:ebutts": "urn:ebu:tt:style",
        **MEDIA_TIME,
    },
    text_style={**IMSC.text_style, "ebutts:linePadding": "0.5c"},
    box_style={"tts:backgroundColor": "#000000ff"},
    aligns_regions=False,
    conforms_to="urn:ebu:tt:distribution:2018-04",
)
"""The box around the text is the BBC's: black, half a cell wider than each line. The schema has no itts:fillLineGap."""


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a document with times by the clock."""
    return write_ttml(cues, programme, EBU_TT_D)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues in milliseconds, with styles, and the anchor and the direction of their position."""
    return [restricted_to_ttml(cue) for cue in quantize(cues)]


def parse(text: str, programme: Programme = UNKNOWN_PROGRAMME) -> Contents:
    """Return the paragraphs as cues, as `read_ttml` reads them. Raises `FormatError`, also where ttconv is missing."""
    return read_ttml("ebuttd", text, programme)
