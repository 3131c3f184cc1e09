"""Cues shifted and stretched in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from captioner.formats.common.contents import Contents
from captioner.formats.common.losses import Losses
from captioner.values import Cue, Word

HALF = 0.0005
"""Seconds: half of a millisecond, which rounding may move a time."""


def shift_and_stretch(
    cues: Iterable[Cue], shift: float = 0.0, stretch: Fraction = Fraction(1)
) -> tuple[list[Cue], Losses]:
    """Return the cues with their times multiplied by `stretch`, then moved by `shift` seconds, and what was lost.

    A cue that would end before 0 is lost; one that would begin before 0 begins there.
    """
    cues = list(cues)
    kept = [moved for cue in cues if (moved := _retimed(cue, shift, stretch))]
    return kept, Losses({"cue before the start": len(cues) - len(kept)})


def retimed(contents: Contents, shift: float = 0.0, stretch: Fraction = Fraction(1)) -> Contents:
    """What `parse` read, with the times of the file, multiplied by `stretch` and then moved by `shift` seconds.

    A cue that would end before 0 is left out and one that would begin before 0 begins there; both are counted.
    """
    if contents.cues is None or (contents.early == shift == 0 and stretch == 1):
        return contents
    by = shift - float(contents.early * stretch)
    pairs = [(_retimed(cue, by, stretch), index) for index, cue in enumerate(contents.cues)]
    kept = [(cue, index) for cue, index in pairs if cue]
    losses = Losses({"cue before the start": len(pairs) - len(kept)})
    cut = sum(float(contents.cues[index].start * stretch) + by < -HALF for _, index in kept)
    repairs = Losses({"cue with its start before 0": cut if contents.early else 0})
    return replace(
        contents,
        cues=[cue for cue, _ in kept],
        lines=tuple(contents.lines[index] for _, index in kept) if contents.lines else (),
        losses=(*contents.losses, *losses.phrases()),
        repairs=(*contents.repairs, *repairs.phrases()),
        early=0.0,
    )


def _retimed(cue: Cue, shift: float, stretch: Fraction) -> Cue | None:
    start, end = _moved(cue.start, shift, stretch), _moved(cue.end, shift, stretch)
    if start >= end:
        return None
    return replace(cue, start=start, end=end, words=tuple(_word(word, shift, stretch) for word in cue.words))


def _word(word: Word, shift: float, stretch: Fraction) -> Word:
    return replace(word, start=_moved(word.start, shift, stretch), end=_moved(word.end, shift, stretch))


def _moved(seconds: float, shift: float, stretch: Fraction) -> float:
    """Return the new time, rounded to microseconds so that whole milliseconds stay whole."""
    return max(0.0, round(float(seconds * stretch) + shift, 6))
