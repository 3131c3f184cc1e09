"""Plain text to read: what was said, in paragraphs, without times."""

from __future__ import annotations

from collections.abc import Iterator

from captioner.formats.clean import is_unspaced, writable
from captioner.values import Segment, Transcript

LONGEST_PAUSE = 2.0
"""Seconds of silence that a paragraph runs across; after more a new one begins."""

LONG_PARAGRAPH = 500
"""Characters after which a paragraph ends with its segment, so that a talk without pauses is no wall of text."""


def render(transcript: Transcript) -> str:
    """A paragraph for each speaker's turn, parted at pauses too, with a blank line between; a new speaker is named."""
    paragraphs, speaker = [], None
    for segments in _paragraphs(transcript):
        text = _joined(segments)
        if segments[0].speaker and segments[0].speaker != speaker:
            text = f"{segments[0].speaker}: {text}"
        speaker = segments[0].speaker
        paragraphs.append(writable(text) + "\n")
    return "\n".join(paragraphs)


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
    """The segments' texts in one line, a space between them unless both scripts do without."""
    text = ""
    for segment in segments:
        part = " ".join(segment.text.split())
        space = " " if text and not (is_unspaced(text[-1]) and is_unspaced(part[0])) else ""
        text += space + part
    return text
