"""Writing WebVTT. webvtt-py puts the file together; escapes, tags and voices are captioner's own.

webvtt-py leaves `&amp;` as it stands, and refuses to write `-->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import webvtt
from webvtt.vtt import WebVTTCueBlock

from captioner.formats.common.characters import without_controls
from captioner.formats.common.fidelity import ALL_STYLES, restricted_to
from captioner.formats.common.lines import one_line
from captioner.formats.common.losses import Losses
from captioner.formats.common.quantize import quantize
from captioner.formats.common.stamps import with_stamped_words
from captioner.formats.vtt.cue_settings import position_of, settings_of
from captioner.formats.vtt.text import class_of, write_text
from captioner.timestamps import format_clock
from captioner.values import Cue

_HYPHENS = re.compile(r"--+\Z")


def representable(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues as the file holds them.

    A name is one line, and no two hyphens end it, which would make an arrow with the end of its tag. A word lasts until
    the next begins.
    """
    return [_representable(cue) for cue in map(without_controls, quantize(cues))]


def _representable(cue: Cue) -> Cue:
    held = with_stamped_words(restricted_to(cue, styles=ALL_STYLES, position="exact", words=True, speaker=True))
    settings = settings_of(held.position) if held.position else {}
    return replace(
        held,
        speaker=_HYPHENS.sub("—", one_line(cue.speaker)) or None,
        position=position_of(settings, cue.text, Losses()),
    )


def write(cues: Sequence[Cue]) -> str:
    """Return the cues. A speaker becomes a voice span around the whole cue, a color a class with a style."""
    content: str = webvtt.WebVTT(captions=[_caption(cue) for cue in cues], styles=_styles(cues)).content
    return content


def header(*lines: str) -> str:
    """Return the beginning of a file, with `lines` below the first, up to the blank line before the cues."""
    return "".join(f"{line}\n" for line in ("WEBVTT", *lines, ""))


def entry(cue: Cue, identifier: str | None = None) -> str:
    """Return one cue as the text of a file, with its line end; a blank line separates it from the next.

    Its colors show only in a file whose style sheet has their classes.
    """
    blank, *lines = WebVTTCueBlock.format_lines(_caption(cue, identifier))
    return "\n".join([*lines, blank])


def _styles(cues: Iterable[Cue]) -> list[webvtt.Style]:
    """Return one block with a rule for each color: not every player knows the colors that the standard names."""
    colors = sorted({span.color for cue in cues for span in cue.styles if span.color})
    rules = [f"::cue(.{class_of(color)}) {{ color: {color}; }}" for color in colors]
    return [webvtt.Style(rules)] if rules else []


def _caption(cue: Cue, identifier: str | None = None) -> webvtt.Caption:
    settings = webvtt.CueSettings(**settings_of(cue.position)) if cue.position else None
    lines = write_text(cue).split("\n")
    return webvtt.Caption(format_clock(cue.start), format_clock(cue.end), lines, identifier, settings=settings)
