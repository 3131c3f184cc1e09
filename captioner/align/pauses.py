"""Text over a clip by what its letters sound like and where the speaker pauses: any language, no voice, no model.

A clip too long to be compared as a whole is cut at the pauses that fall between clauses. What cannot be followed at
all is shared out between its pauses by how long words take to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from captioner.align import Warn
from captioner.align.emission_cost import follow
from captioner.align.features import clip_features
from captioner.align.pause_anchors import anchors, sections, speech_clock
from captioner.align.text_units import TextUnit, text_units
from captioner.align.words import followed, timed
from captioner.values import Audio, Word

LONGEST = 30.0
"""Seconds of a clip that is compared as a whole; the memory that takes grows with the square."""


class Pauses:
    """Words by their letters and the pauses between them. Never doubts, since nobody expects much of it."""

    def __init__(self, warn: Warn = lambda doubt: None) -> None:
        self._warn = warn

    def align(self, clip: Audio, text: str, language: str | None) -> tuple[Word, ...]:
        parts = text_units(text)
        if not parts:
            return ()
        if clip.duration <= LONGEST:
            return _followed(clip, text, parts) or _shared(clip, text, parts)
        pieces = sections(clip, parts, LONGEST)
        if len(pieces) == 1 and pieces[0][0].duration > LONGEST:
            return _shared(clip, text, parts)
        return tuple(word for piece, said in pieces for word in self.align(piece, text[said], language))


def _followed(clip: Audio, text: str, parts: Sequence[TextUnit]) -> tuple[Word, ...]:
    """No words where nothing can be followed."""
    heard = clip_features(clip)
    found = follow(heard, text, parts) if heard else None
    return followed(clip, text, parts, *found) if found else ()


def _shared(clip: Audio, text: str, parts: Sequence[TextUnit]) -> tuple[Word, ...]:
    """Between two pauses each word has the share of its weight."""
    weights = np.cumsum([0.0, *(part.weight for part in parts)])
    clock = speech_clock(clip)
    known = anchors(parts, weights, clock)
    passed = np.interp(weights, [weights[unit] for unit, _ in known], [clock.passed[run] for _, run in known])
    return timed(clip, text, parts, clock.starts_at(passed[:-1]), clock.ends_at(passed[1:]))
