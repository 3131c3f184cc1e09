"""A document made of a transcript, its cues and its report, or of a caption file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

from captioner.editing.cue_json import document_cue
from captioner.editing.document import Document, DocumentCue, WordSource
from captioner.profiles import Profile
from captioner.transform.edited_words import in_order
from captioner.values import Cue, RegionReport, Report

WORST_SHARE = 0.05
"""The share of words, those of the lowest confidence, that are doubted."""

SURE = 0.8
"""The confidence from which on a word is not doubted, however sure the others are."""


def recognised_document(
    cues: Iterable[Cue], report: Report, profile: Profile, *, language: str | None = None
) -> Document:
    """Return a document of recognised cues, with the doubts that report and confidence raise."""
    source: WordSource = "asr" if report.align is None else "aligned"
    made = _numbered(cues, source)
    doubted = _with_region_doubts(_with_confidence_doubts(made), report.regions)
    return Document(
        by_id={cue.id: cue for cue in doubted},
        profile=profile,
        language=language or report.language,
        frame_rate=report.frame_rate,
        duration=report.duration,
        regions=report.regions,
    )


def captions_document(
    cues: Iterable[Cue],
    profile: Profile,
    *,
    language: str | None = None,
    frame_rate: Fraction | None = None,
    duration: float = 0.0,
) -> Document:
    """Return a document of a caption file."""
    made = _numbered(cues, "human")
    return Document(
        by_id={cue.id: cue for cue in made},
        profile=profile,
        language=language,
        frame_rate=frame_rate,
        duration=duration,
    )


def _numbered(cues: Iterable[Cue], source: WordSource) -> list[DocumentCue]:
    made = (document_cue(cue, f"c{number:06d}", source) for number, cue in enumerate(cues, 1))
    return [replace(cue, words=in_order(cue.words)) for cue in made]


def _with_confidence_doubts(cues: Sequence[DocumentCue]) -> Iterator[DocumentCue]:
    """Yield the cues; the worst words of all are doubted, each once in a cue."""
    known = sorted(word.confidence for cue in cues for word in cue.words if word.confidence is not None)
    limit = known[ceil(len(known) * WORST_SHARE) - 1] if known else 0.0
    for cue in cues:
        rated = [(word.text, word.confidence) for word in cue.words if word.confidence is not None]
        bad = [_bare(text) for text, confidence in rated if confidence <= limit and confidence < SURE]
        names = dict.fromkeys(f"confidence: {name}" for name in bad if name)
        yield replace(cue, doubts=(*cue.doubts, *names)) if names else cue


def _bare(text: str) -> str:
    """Return a word without the space and the punctuation around it."""
    letters = [index for index, character in enumerate(text) if character.isalnum()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _with_region_doubts(cues: Iterable[DocumentCue], regions: Sequence[RegionReport]) -> Iterator[DocumentCue]:
    """Yield the cues with the doubts of the regions that they lie in."""
    starts = [region.start for region in regions]
    for cue in cues:
        first = max(0, bisect_right(starts, cue.start) - 1)
        last = bisect_right(starts, cue.end)
        spoken = (
            region for region in regions[first:last] if min(region.end, cue.end) - max(region.start, cue.start) > 0
        )
        doubts = dict.fromkeys(doubt for region in spoken for doubt in _doubts(region))
        yield replace(cue, doubts=(*cue.doubts, *doubts)) if doubts else cue


def _doubts(region: RegionReport) -> Iterator[str]:
    if region.lost:
        yield f"lost: {region.reason or region.status}"
    elif region.status == "ok" and region.reason:
        yield f"text: {region.reason}"
    if region.suspected:
        yield f"invented: {region.suspected}"
