"""The `pauses` aligner: matches a clip with the sounds of its letters and its pauses. Any language, no model.

A clip too long to compare at once is cut at the pauses between clauses. If no path fits, the text is
divided among the stretches between pauses by how long its words take to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from captioner.align import Alignment
from captioner.align.clip_features import clip_features
from captioner.align.emission_cost import letter_path
from captioner.align.pause_anchors import pause_anchors, sections, speech_clock
from captioner.align.text_units import TextUnit, text_units
from captioner.align.timed_words import words_from_path, words_from_times
from captioner.values import Audio, Word

LONGEST = 30.0
"""Seconds of a clip that is compared at once; memory grows with the square of the length."""


class Pauses:
    """Times words by their letters and by pauses. It reports no doubt, since its times are always rough."""

    name = "pauses"

    def align(self, clip: Audio, text: str, language: str | None) -> Alignment:
        """Return the words of `text`, each at the time at which it is said in `clip`.

        `language` makes no difference.
        """
        return Alignment(_words(clip, text))


def align_by_pauses(clip: Audio, text: str, doubt: str | None = None, matches: bool | None = None) -> Alignment:
    """Return the words of `text` as `Pauses` times them in place of another aligner.

    `doubt` says why that one could not time them, and `matches` whether it found that text and audio belong
    together.
    """
    return Alignment(_words(clip, text), doubt, matches, timed_by=Pauses.name)


def _words(clip: Audio, text: str) -> tuple[Word, ...]:
    units = text_units(text)
    if not units:
        return ()
    if clip.duration <= LONGEST:
        return _words_by_letters(clip, text, units) or _words_by_pauses(clip, text, units)
    parts = sections(clip, units, LONGEST)
    if len(parts) == 1 and parts[0][0].duration > LONGEST:
        return _words_by_pauses(clip, text, units)
    return tuple(word for part, characters in parts for word in _words(part, text[characters]))


def _words_by_letters(clip: Audio, text: str, units: Sequence[TextUnit]) -> tuple[Word, ...]:
    """Return the words along the path of their letters; no words if there is no path."""
    features = clip_features(clip)
    if features is None:
        return ()
    match = letter_path(features, text, units)
    return words_from_path(clip, text, units, *match) if match else ()


def _words_by_pauses(clip: Audio, text: str, units: Sequence[TextUnit]) -> tuple[Word, ...]:
    """Return the words divided between the pauses, each with the share of its weight."""
    weights = np.cumsum([0.0, *(unit.weight for unit in units)])
    clock = speech_clock(clip)
    anchors = pause_anchors(units, weights, clock)
    passed = np.interp(weights, [weights[unit] for unit, _ in anchors], [clock.passed[run] for _, run in anchors])
    return words_from_times(clip, text, units, clock.starts_at(passed[:-1]), clock.ends_at(passed[1:]))
