"""Cues shifted and stretched in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from captioner.formats.model.losses import Losses
from captioner.values import Cue, Word


def shift_and_stretch(
    cues: Iterable[Cue], shift: float = 0.0, stretch: Fraction = Fraction(1)
) -> tuple[list[Cue], Losses]:
    """The cues with their times multiplied by `stretch`, then moved by `shift` seconds, and what was lost.

    A cue that would end before 0 is lost; one that would begin before 0 begins there.
    """
    losses = Losses()
    moved: list[Cue] = []
    for cue in cues:
        start, end = _moved(cue.start, shift, stretch), _moved(cue.end, shift, stretch)
        if start < end:
            words = tuple(_word(word, shift, stretch) for word in cue.words)
            moved.append(replace(cue, start=start, end=end, words=words))
        else:
            losses["cue before the start"] += 1
    return moved, losses


def _word(word: Word, shift: float, stretch: Fraction) -> Word:
    return replace(word, start=_moved(word.start, shift, stretch), end=_moved(word.end, shift, stretch))


def _moved(seconds: float, shift: float, stretch: Fraction) -> float:
    """The new time, rounded to microseconds so that whole milliseconds stay whole."""
    return max(0.0, round(float(seconds * stretch) + shift, 6))
