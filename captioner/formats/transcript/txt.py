"""The transcript as plain text, .txt: paragraphs without times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from captioner.formats.common.characters import writable
from captioner.text.scripts import meet_unspaced
from captioner.values import Segment, Transcript

_BREAK = re.compile(r"\s*\n\s*")

LONGEST_PAUSE = 2.0
"""Seconds. A new paragraph begins after a longer pause."""

LONG_PARAGRAPH = 500
"""Characters after which a paragraph ends with its segment, so that a talk without pauses has paragraphs too."""


def write(transcript: Transcript) -> str:
    """Return paragraphs with blank lines between them. One begins with the speaker's name where the speaker changes."""
    return "\n".join(
        (f"{paragraph.speaker}: " if paragraph.speaker else "") + paragraph.text + "\n"
        for paragraph in paragraphs(transcript)
    )


class Paragraph(NamedTuple):
    """The text that one speaker said without a long pause."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    speaker: str | None
    """The speaker, where it is another than that of the paragraph before; else None."""
    text: str
    """The text in one line."""


def paragraphs(transcript: Transcript) -> Iterator[Paragraph]:
    """Yield the paragraphs of a transcript: a new one begins with another speaker, and after a pause."""
    previous = None
    for segments in _groups(transcript):
        first = segments[0]
        speaker = writable(first.speaker) if first.speaker and first.speaker != previous else None
        previous = first.speaker
        yield Paragraph(first.start, segments[-1].end, speaker, writable(_joined(segments)))


def _groups(transcript: Transcript) -> Iterator[list[Segment]]:
    paragraph: list[Segment] = []
    for segment in transcript.segments:
        if not segment.text.strip():
            continue
        if paragraph and _ends_before(segment, paragraph):
            yield paragraph
            paragraph = []
        paragraph.append(segment)
    if paragraph:
        yield paragraph


def _ends_before(segment: Segment, paragraph: list[Segment]) -> bool:
    last = paragraph[-1]
    return (
        segment.speaker != last.speaker
        or segment.start - last.end > LONGEST_PAUSE
        or sum(len(part.text) for part in paragraph) >= LONG_PARAGRAPH
    )


def _joined(segments: list[Segment]) -> str:
    """Return the texts of the segments in one line; where lines meet there is a space, unless their script has none."""
    text = "\n".join(segment.text.strip() for segment in segments)
    return " ".join(_BREAK.sub(_between, text).split())


def _between(lines: re.Match[str]) -> str:
    text = lines.string
    return "" if meet_unspaced(text[lines.start() - 1], text[lines.end()]) else " "
