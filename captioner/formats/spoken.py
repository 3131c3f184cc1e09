"""What was said, by the cues that show it: a transcript for formats that have no cues."""

from __future__ import annotations

import re
from collections.abc import Iterable

from captioner.formats.clean import is_unspaced
from captioner.formats.styling import reworded
from captioner.values import Cue, Segment, Transcript

_LINE_BREAK = re.compile(r"\s*\n\s*")


def transcript_of(cues: Iterable[Cue], language: str | None = None) -> Transcript:
    """A segment for each cue, by start, its lines made one: with a space between, unless both scripts do without."""
    return Transcript(tuple(_segment(cue) for cue in sorted(cues, key=lambda cue: cue.start)), language)


def _segment(cue: Cue) -> Segment:
    line = reworded(cue, _LINE_BREAK, lambda match: _between(cue.text, *match.span()))
    return Segment(line.start, line.end, line.text, line.words, line.speaker)


def _between(text: str, first: int, last: int) -> str:
    return "" if is_unspaced(text[first - 1]) and is_unspaced(text[last]) else " "
