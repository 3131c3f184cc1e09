"""Words with times, from the times of text units or from a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from captioner.align.mfcc import HOP
from captioner.align.text_units import TextUnit
from captioner.align.viterbi import Indices, ViterbiPath
from captioner.values import Audio, Span, Word

Floating = NDArray[np.floating[Any]]


def words_from_times(
    clip: Audio, text: str, units: Sequence[TextUnit], starts: Floating, ends: Floating
) -> tuple[Word, ...]:
    """Return the words of `text`, one for each unit, in order and inside the clip.

    `starts` and `ends`, shape (units,), are in seconds since the clip began; times out of order are moved.
    """
    latest = max(clip.start, clip.end)
    first = np.maximum.accumulate(np.clip(clip.start + starts, clip.start, latest))
    last = np.clip(clip.start + ends, first, np.append(first[1:], latest))
    return tuple(
        Word(float(start), float(end), text[unit.first : unit.last])
        for unit, start, end in zip(units, first, last, strict=True)
    )


def words_from_path(
    clip: Audio, text: str, units: Sequence[TextUnit], path: ViterbiPath, unit_frames: Indices
) -> tuple[Word, ...]:
    """Return the words of `text` along a path.

    `unit_frames`, shape (units + 1,), holds the model frame at which each unit begins, then the number of model frames.
    A word lasts from its first clip frame to its last. Two neighbouring frames meet half a hop before the second.
    """
    starts = np.searchsorted(path.model_frames, unit_frames[:-1], side="left")
    ends = np.searchsorted(path.model_frames, unit_frames[1:] - 0.75, side="left")
    return words_from_times(clip, text, units, (starts - 0.5) * HOP, (ends - 0.5) * HOP)


def words_outside(silences: Sequence[Span], words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words without the `silences`, which are in order: of a word with one inside, the longer part is left.

    A word that lies in a silence altogether gets no duration, and starts where the silence does.
    """
    for silence in silences:
        words = [_outside(silence, word) for word in words]
    return tuple(words)


def _outside(silence: Span, word: Word) -> Word:
    if word.end <= silence.start or word.start >= silence.end:
        return word
    if word.start >= silence.start and word.end <= silence.end:
        return replace(word, start=silence.start, end=silence.start)
    if silence.start - word.start >= word.end - silence.end:
        return replace(word, end=silence.start)
    return replace(word, start=silence.end)
