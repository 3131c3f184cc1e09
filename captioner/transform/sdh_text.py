"""Removes text for the hard of hearing: sounds in brackets, names of speakers, music."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from captioner.transform.text_changes import with_texts
from captioner.transform.transformation import CaptionStyle
from captioner.values import Cue


@dataclass(frozen=True)
class SdhOptions:
    """Options of `remove-hi`: what goes."""

    brackets: bool = True
    """[sounds], 【sounds】 and （sounds）."""

    parentheses: bool = True
    """(sounds); text in parentheses that follows text in the same line stays, since it may be said."""

    speakers: bool = True
    """Names before a colon at the start of a line: in capitals, or after a dash."""

    music: bool = True
    """Lines between ♪, and # at both ends."""


_BRACKETS = re.compile(r"\[[^\[\]]*\]|【[^【】]*】|［[^［］]*］|（[^（）]*）")
_PARENTHESES = re.compile(r"(?m)^(\s*[-–—‐]?\s*)\([^()]*\)[ \t:]*|\([^()]*\)[ \t]*$(?=\Z)")
_SPEAKER = re.compile(
    r"(?m)^([ \t]*[-–—‐]?[ \t]*)(?:[^\W\d_a-z](?:[^\W_a-z]|[ .'’#&-]|\d){1,30}|"
    r"(?<=[-–—‐] )[^\W\d_][\w.'’]*(?: [\w.'’]+){0,2}):(?!\d)[ \t]*"
)
_MUSIC = re.compile(r"[♪♫][^♪♫]*[♪♫]|[♪♫][^\n]*|(?m:^[ \t]*#[^#\n]+#[ \t]*$)")
_DASH_ALONE = re.compile(r"(?m)^[ \t]*[-–—‐][ \t]*$")


def remove_sdh_text(cues: Sequence[Cue], options: SdhOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues without text for the hard of hearing; a cue of which nothing is left goes."""

    def shortened(text: str) -> str:
        lines = text
        if options.music:
            lines = _MUSIC.sub("", lines)
        if options.brackets:
            lines = _BRACKETS.sub("", lines)
        if options.parentheses:
            lines = _PARENTHESES.sub(lambda match: match[1] or "", lines)
        if options.speakers:
            lines = _SPEAKER.sub(lambda match: match[1], lines)
        if lines == text:
            return text
        lines = _DASH_ALONE.sub("", lines)
        kept = [re.sub(r"[ \t]{2,}", " ", line).strip() for line in lines.split("\n")]
        return _without_lonely_dash([line for line in kept if line], text)

    return with_texts(cues, shortened)


def _without_lonely_dash(lines: Sequence[str], before: str) -> str:
    """Return the lines; a dash that parted two speakers goes when only one of them is left."""
    dashed = sum(line.lstrip()[:1] in "-–—‐" for line in before.split("\n") if line.strip())
    if dashed > 1 and len(lines) == 1:
        return lines[0].lstrip("-–—‐ ")
    return "\n".join(lines)
