"""The order of cues, and cues that are there twice."""

from __future__ import annotations

from collections.abc import Sequence

from captioner.transform.rebreaking import NoOptions
from captioner.transform.transformation import CaptionStyle
from captioner.values import Cue


def sort_cues(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues by their start."""
    return sorted(cues, key=lambda cue: cue.start)


def renumber(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues as they are: every file numbers them from 1."""
    return list(cues)


def deduplicate(cues: Sequence[Cue], options: NoOptions, style: CaptionStyle) -> list[Cue]:
    """Return the cues without those that show the same as an earlier one at the same time and position."""
    first: dict[object, Cue] = {}
    for cue in cues:
        first.setdefault((cue.start, cue.end, cue.text, cue.position), cue)
    return list(first.values())
