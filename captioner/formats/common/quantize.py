"""Times on the grid of a format: rounded when cues are written, and whole numbers of it when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf

from captioner.formats.common.characters import cleaned
from captioner.formats.common.styled_text import StyledText
from captioner.values import Cue, Position, Word


def quantize(cues: Iterable[Cue], rate: int | Fraction = 1000) -> Iterator[Cue]:
    """Yield the cues by start, cleaned, with their times rounded once to a grid of `rate` points a second.

    Cues that did not overlap do not overlap afterwards: a cue that is too short for the grid lasts from one point to
    the next, and cues that it then meets begin later.
    """
    previous_end, earliest = inf, 0
    for cue in sorted(cues, key=lambda cue: cue.start):
        start = round(cue.start * rate)
        if previous_end <= cue.start:
            start = max(start, earliest)
        end = max(round(cue.end * rate), start + 1)
        text, styles, words = cleaned(StyledText(cue.text, cue.styles, cue.words))
        words = tuple(_quantized_words(words, start, end, rate))
        yield Cue(float(start / rate), float(end / rate), text, cue.speaker, words, styles, cue.position)
        previous_end, earliest = cue.end, end


def _quantized_words(words: Iterable[Word], earliest: int, latest: int, rate: int | Fraction) -> Iterator[Word]:
    """Yield the words one after another, between two points of the grid."""
    for word in words:
        start = min(max(round(word.start * rate), earliest), latest)
        earliest = min(max(round(word.end * rate), start), latest)
        yield replace(word, start=float(start / rate), end=float(earliest / rate))


def cue_read(
    start: float | Fraction,
    end: float | Fraction,
    text: StyledText | str,
    speaker: str | None = None,
    position: Position | None = None,
    *,
    rate: int | Fraction = 1000,
) -> Cue | None:
    """Return a cue from a file, its times on a grid of `rate` points a second; None if it has no text.

    A cue that ends before it begins would never be shown: it lasts until the next point, so that its text is not lost.
    """
    text, styles, words = cleaned(StyledText(text) if isinstance(text, str) else text)
    if not text.strip():
        return None
    times = float(start / rate), float(max(end, start + 1) / rate)
    return Cue(*times, text, speaker or None, words, styles, position)
