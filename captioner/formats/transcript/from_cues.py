"""A transcript made of cues, for formats that hold no cues."""

from __future__ import annotations

from collections.abc import Iterable

from captioner.formats.common.lines import in_one_line
from captioner.values import Cue, Segment, Transcript


def transcript_of(cues: Iterable[Cue], language: str | None = None) -> Transcript:
    """Return a segment for each cue, by start, with its text in one line."""
    lines = map(in_one_line, sorted(cues, key=lambda cue: cue.start))
    return Transcript(
        tuple(Segment(line.start, line.end, line.text, line.words, line.speaker) for line in lines), language
    )
