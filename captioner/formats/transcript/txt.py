"""Plain text to read: what was said, in paragraphs, without times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from captioner.formats.model.characters import writable
from captioner.text.scripts import meet_unspaced
from captioner.values import Segment, Transcript

_BREAK = re.compile(r"\s*\n\s*")

LONGEST_PAUSE = 2.0
"""Seconds of silence that a paragraph runs across; after more a new one begins."""

LONG_PARAGRAPH = 500
"""Characters after which a paragraph ends with its segment, so that a talk without pauses is no wall of text."""


def write(transcript: Transcript) -> str:
    """A paragraph for each speaker's turn, parted at pauses too, with a blank line between; a new speaker is named."""
    return "\n".join(
        (f"{paragraph.speaker}: " if paragraph.speaker else "") + paragraph.text + "\n"
        for paragraph in paragraphs(transcript)
    )


class Paragraph(NamedTuple):
    """What was said in one go: from when until when, in seconds; by whom, where that is another than before."""

    start: float
    end: float
    speaker: str | None
    text: str


def paragraphs(transcript: Transcript) -> Iterator[Paragraph]:
    """One for each speaker's turn, parted at pauses too."""
    speaker = None
    for segments in _paragraphs(transcript):
        first = segments[0]
        new = first.speaker if first.speaker != speaker else None
        speaker = first.speaker
        yield Paragraph(first.start, segments[-1].end, writable(new) if new else None, writable(_joined(segments)))


def _paragraphs(transcript: Transcript) -> Iterator[list[Segment]]:
    paragraph: list[Segment] = []
    for segment in transcript.segments:
        if not segment.text.strip():
            continue
        if paragraph and _parted(paragraph, segment):
            yield paragraph
            paragraph = []
        paragraph.append(segment)
    if paragraph:
        yield paragraph


def _parted(paragraph: list[Segment], segment: Segment) -> bool:
    last = paragraph[-1]
    return (
        segment.speaker != last.speaker
        or segment.start - last.end > LONGEST_PAUSE
        or sum(len(part.text) for part in paragraph) >= LONG_PARAGRAPH
    )


def _joined(segments: list[Segment]) -> str:
    """The segments' texts in one line, a space where lines meet unless the script does without."""
    text = "\n".join(segment.text.strip() for segment in segments)
    return " ".join(_BREAK.sub(_between, text).split())


def _between(lines: re.Match[str]) -> str:
    text = lines.string
    return "" if meet_unspaced(text[lines.start() - 1], text[lines.end()]) else " "
