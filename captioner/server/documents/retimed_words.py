"""Word times of edited cues: their text is aligned with the audio again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np

from captioner.align import Aligner, Alignment, SpokenText, align_recording
from captioner.cues import time_cues
from captioner.editing.cue_texts import identified
from captioner.editing.document import Document, DocumentCue, DocumentWord, new_id
from captioner.editing.many_cues import ManyChanges, changes_of_many
from captioner.media import AudioSelection, Media, open_media, read_audio
from captioner.speech import SAMPLE_RATE
from captioner.transform.cue_wording import in_one_line, with_text
from captioner.transform.edited_words import in_order
from captioner.transform.transformation import between_fixed
from captioner.values import Audio, Cue, Span

AROUND = 0.5
"""Seconds of audio before and after a cue in which its words may lie; less beside a neighbour."""

AT_ONCE = 60.0
"""Seconds of audio that are decoded at once."""

DOUBT = "text: the text does not match the audio"


def retimed(
    document: Document, selected: frozenset[str] | None, media: Path, aligner: Aligner, *, move_edges: bool
) -> ManyChanges:
    """Return the change that gives words of cues the times at which they are said. It takes a while.

    `move_edges` also moves the start and the end of each cue to its words. Raises `MediaError`.
    """
    chosen = [cue for cue in document.cues if cue.text.strip() and not cue.locked]
    chosen = [cue for cue in chosen if selected is None or cue.id in selected]
    with open_media(str(media)) as opened:
        aligned = {cue.id: cue for cue in _aligned(opened, document, chosen, aligner)}

    def change(run: Sequence[Cue]) -> list[Cue]:
        cues = [aligned.get(cue.id, cue) if isinstance(cue, DocumentCue) else cue for cue in run]
        if not move_edges:
            return cues
        return between_fixed(cues, lambda cue: not cue.words, lambda known: _moved(known, document), 0.0)

    return changes_of_many(
        document, change, selected, moves_all=False, gap=float(document.profile.gap_at(document.frame_rate))
    )


def _moved(cues: Sequence[Cue], document: Document) -> list[Cue]:
    """Return the cues from their first word to their last, as those that are made of a transcript."""
    starts = [cue.words[0].start for cue in cues]
    limits = [*starts[1:], float("inf")]
    spoken = [
        replace(cue, start=start, end=max(start + 0.001, min(cue.words[-1].end, limit)))
        for cue, start, limit in zip(cues, starts, limits, strict=True)
    ]
    if any(after <= before for before, after in pairwise(starts)):
        return list(cues)  # words out of order: the times are no better than before
    return time_cues(spoken, document.profile, frame_rate=document.frame_rate)


def _aligned(media: Media, document: Document, cues: Sequence[DocumentCue], aligner: Aligner) -> Iterator[DocumentCue]:
    """Yield the cues with the word times that the aligner finds."""
    spans = [_span(document, cue) for cue in cues]
    texts = (
        SpokenText(audio.clip(span), in_one_line(cue).text, document.language)
        for group in _groups(spans)
        for audio in [_decoded(media, Span(spans[group[0]].start, spans[group[-1]].end))]
        for span, cue in ((spans[index], cues[index]) for index in group)
    )
    for cue, alignment in zip(cues, align_recording(aligner, texts), strict=True):
        yield _with_times(cue, alignment)


def _span(document: Document, cue: DocumentCue) -> Span:
    """Return the time in which the words of a cue may lie: around it, but not in its neighbours."""
    index, cues = document.positions[cue.id], document.cues
    before = cues[index - 1].end if index else 0.0
    after = cues[index + 1].start if index + 1 < len(cues) else float("inf")
    start = min(cue.start, max(cue.start - AROUND, before, 0.0))
    return Span(start, max(cue.end, min(cue.end + AROUND, after)))


def _groups(spans: Sequence[Span]) -> Iterator[list[int]]:
    """Yield the numbers of spans that are decoded at once, in order."""
    group: list[int] = []
    for index, span in enumerate(spans):
        if group and span.end - spans[group[0]].start > AT_ONCE:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _decoded(media: Media, span: Span) -> Audio:
    blocks = list(read_audio(media, AudioSelection(start=span.start, end=span.end), sample_rate=SAMPLE_RATE))
    samples = np.concatenate([block.samples for block in blocks]) if blocks else np.zeros(0, np.float32)
    return Audio(samples, SAMPLE_RATE, blocks[0].start if blocks else span.start)


def _with_times(cue: DocumentCue, alignment: Alignment) -> DocumentCue:
    """Return the cue with the times of an alignment; words that are the same as before keep their ids."""
    line = in_one_line(cue)
    if not alignment.words or "".join(word.text for word in alignment.words) != line.text:
        return cue
    texts = [word.text for word in line.words], [word.text for word in alignment.words]
    blocks = SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks()
    old = {block.b + step: line.words[block.a + step] for block in blocks for step in range(block.size)}
    words = in_order(
        DocumentWord(
            word.start,
            word.end,
            word.text,
            old[index].confidence if index in old else None,
            old[index].id if index in old else new_id("w"),
            "aligned",
        )
        for index, word in enumerate(alignment.words)
    )
    timed = with_text(replace(line, words=words), cue.text)
    doubts = (*cue.doubts, DOUBT) if alignment.matches is False and DOUBT not in cue.doubts else cue.doubts
    return replace(identified(timed, replace(line, words=words)), doubts=doubts)
