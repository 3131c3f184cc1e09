"""Writing SubRip. pysrt spells the entries."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pysrt

from captioner.formats.common.characters import without_controls
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to
from captioner.formats.common.quantize import quantize
from captioner.formats.common.styled_text import substitute
from captioner.formats.common.timing_line import TIMING_ESCAPE
from captioner.formats.srt.text import TAG_ESCAPE, write_text
from captioner.values import Cue

_ARROW = re.compile("-->")


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues as the file holds them. `-->` in a text becomes `→`, which no player takes for a timing."""
    held = (restricted_to(cue, styles=ALL_STYLES, position="anchor") for cue in map(without_controls, quantize(cues)))
    return [TIMING_ESCAPE.unescape_cue(TAG_ESCAPE.unescape_cue(substitute(cue, _ARROW, "→"))) for cue in held]


def write(cues: Iterable[Cue]) -> str:
    """Return the cues, numbered from 1."""
    return "\n".join(entry(cue, number) for number, cue in enumerate(cues, 1))


def entry(cue: Cue, number: int) -> str:
    """Return one cue as the text of a file, with its line end; a blank line separates it from the next."""
    return str(pysrt.SubRipItem(number, _time(cue.start), _time(cue.end), TIMING_ESCAPE.escape(write_text(cue))))


def _time(seconds: float) -> pysrt.SubRipTime:
    return pysrt.SubRipTime(milliseconds=round(1000 * seconds))
