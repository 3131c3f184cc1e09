"""TTML as IMSC 1.1 Text Profile, .ttml: what streaming services and broadcasters take. https://www.w3.org/TR/ttml-imsc1.1/"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from captioner.formats.common.contents import UNKNOWN_PROGRAMME, Contents, Programme
from captioner.formats.common.quantize import quantize
from captioner.formats.common.xml import attribute
from captioner.formats.ttml.reader import read_ttml
from captioner.formats.ttml.regions import region
from captioner.formats.ttml.writer import Dialect, restricted_to_ttml, write_ttml
from captioner.timestamps import format_clock
from captioner.values import Cue

MEDIA_TIME = {"ttp:timeBase": "media", "ttp:cellResolution": "32 15"}
"""Times by the clock of the media, and a grid of cells for lengths."""

IMSC = Dialect(
    attributes={"ttp:contentProfiles": "http://www.w3.org/ns/ttml/profile/imsc1.1/text", **MEDIA_TIME},
    text_style={
        "tts:fontFamily": "proportionalSansSerif",
        "tts:fontSize": "90%",
        "tts:lineHeight": "125%",
        "tts:color": "#ffffff",
    },
    box_style={"tts:backgroundColor": "#000000cc"},
    region=region,
    format_time=format_clock,
)
"""One of the 15 rows of cells is 6.7 % of the picture, so lines are 7.5 % apart, as the BBC recommends."""


def write(cues: Sequence[Cue], programme: Programme) -> str:
    """Return a document with times by the clock."""
    return write_ttml(cues, programme, IMSC)


def representable(cues: Iterable[Cue], programme: Programme) -> list[Cue]:
    """Return the cues in milliseconds, with styles, speakers, and the anchor and the direction of their position."""
    return [_with_speaker(restricted_to_ttml(cue), cue.speaker) for cue in quantize(cues)]


def _with_speaker(cue: Cue, speaker: str | None) -> Cue:
    """Return the cue with a speaker, without characters that XML cannot hold."""
    return replace(cue, speaker=attribute(speaker or "") or None)


def parse(text: str, programme: Programme = UNKNOWN_PROGRAMME) -> Contents:
    """Return the paragraphs of a TTML document in any dialect as cues, as `read_ttml` reads them.

    Raises `FormatError`, also where ttconv is missing.
    """
    return read_ttml("ttml", text, programme)
