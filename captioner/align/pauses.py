"""Text over a clip by what its letters sound like and where the speaker pauses: any language, no voice, no model.

A clip too long to be compared as a whole is cut at the pauses that fall between clauses. What cannot be followed at
all is shared out between its pauses by how long words take to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from captioner.align import Warn
from captioner.align.clauses import Clock, Numbers, anchors, speech_clock
from captioner.align.heard import hear
from captioner.align.spelled import follow
from captioner.align.units import Unit, units
from captioner.align.words import followed, timed
from captioner.values import Audio, Span, Word

LONGEST = 30.0
"""Seconds of a clip that is compared as a whole; the memory that takes grows with the square."""

Anchors = list[tuple[int, int]]


class Pauses:
    """Words by their letters and the pauses between them. Never doubts, since nobody expects much of it."""

    def __init__(self, warn: Warn = lambda doubt: None) -> None:
        self._warn = warn

    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        parts = units(text)
        if not parts:
            return ()
        if clip.duration <= LONGEST:
            return _followed(clip, text, parts) or _shared(clip, text, parts, *_between_pauses(clip, parts))
        return tuple(_by_sections(clip, text, parts))


def _followed(clip: Audio, text: str, parts: Sequence[Unit]) -> tuple[Word, ...]:
    """No words where nothing can be followed."""
    heard = hear(clip)
    found = follow(heard, text, parts) if heard else None
    return followed(clip, text, parts, *found) if found else ()


def _between_pauses(clip: Audio, parts: Sequence[Unit]) -> tuple[Numbers, Clock, Anchors]:
    weights = np.cumsum([0.0, *(part.weight for part in parts)])
    clock = speech_clock(clip)
    return weights, clock, anchors(parts, weights, clock)


def _shared(
    clip: Audio, text: str, parts: Sequence[Unit], weights: Numbers, clock: Clock, known: Anchors
) -> tuple[Word, ...]:
    """Between two anchors each word has the share of its weight."""
    passed = np.interp(weights, [weights[unit] for unit, _ in known], [clock.passed[run] for _, run in known])
    return timed(clip, text, parts, clock.starts_at(passed[:-1]), clock.ends_at(passed[1:]))


def _by_sections(clip: Audio, text: str, parts: Sequence[Unit]) -> Iterator[Word]:
    weights, clock, known = _between_pauses(clip, parts)
    if len(known) == 2:
        yield from _shared(clip, text, parts, weights, clock, known)
        return
    for (unit, run), (next_unit, next_run) in _sections(clock, known):
        section = clip.clip(Span(clip.start + clock.starts[run], clip.start + clock.ends[next_run - 1]))
        first, last = parts[unit].first, parts[next_unit - 1].last
        yield from Pauses().align(section, text[first:last], None)


def _sections(clock: Clock, known: Anchors) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From anchor to anchor, as long as can be compared as a whole."""
    begin = known[0]
    for before, after in pairwise(known[1:]):
        if clock.ends[after[1] - 1] - clock.starts[begin[1]] > LONGEST:
            yield begin, before
            begin = before
    yield begin, known[-1]
