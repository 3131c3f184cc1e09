"""Whether a script and the recognised text are about the same words."""

from __future__ import annotations

from collections.abc import Sequence

from captioner.align.text_units import text_units
from captioner.script.script_units import script_units
from captioner.script.word_anchors import word_anchors, word_key
from captioner.values import Segment

LEAST_WORDS = 20
"""Recognised words from which a judgement is possible."""

LEAST_SHARE = 0.1
"""The share of the words, of the shorter text, that match if the texts belong together. A backend recognises at least
every fourth word of speech in its language; in another language a few short words match by chance."""


def words_match(script: str, segments: Sequence[Segment]) -> bool | None:
    """Return whether `script` is what the recognised `segments` say; None if too little was recognised to judge."""
    keys = [word_key(script[unit.first : unit.last]) for unit in script_units(script)]
    recognised = [
        word_key(segment.text[unit.first : unit.last]) for segment in segments for unit in text_units(segment.text)
    ]
    if min(len(keys), len(recognised)) < LEAST_WORDS:
        return None
    return len(word_anchors(keys, recognised)) >= LEAST_SHARE * min(len(keys), len(recognised))
