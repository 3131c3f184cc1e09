"""The times at which one cue gives way to the next: where a cue is split, and where a shared border may lie."""

from __future__ import annotations

from dataclasses import replace

from captioner.cues.time_grid import TimeGrid
from captioner.editing.document import Document, DocumentCue
from captioner.text.speaking_time import speech_weights

SHORTEST = 0.001
"""Seconds: the shortest cue that a file can hold."""


def divided_times(left: DocumentCue, right: DocumentCue, document: Document) -> tuple[DocumentCue, DocumentCue]:
    """Return two neighbours with a new border: the second starts with its first word.

    The first one ends with its last word where a pause follows, else the profile's gap before the second. Without word
    times they share their time by how long their texts take to say. `left.start` and `right.end` stay.
    """
    start, end = left.start, right.end
    if left.words and right.words:
        spoken, begin = left.words[-1].end, right.words[0].start
    else:
        weights = [sum(speech_weights(cue.text)) + 0.1 for cue in (left, right)]
        spoken = begin = start + (end - start) * weights[0] / sum(weights)
    profile, grid = document.profile, TimeGrid(document.frame_rate)
    begin = _inside(grid.seconds(grid.nearest(begin)), start, end)
    gap = float(profile.gap_at(document.frame_rate))
    if begin - spoken < max(gap, profile.chain):
        # Words that leave no room for the gap give it half of the cue at most.
        spoken = max(begin - gap, start + (begin - start) / 2)
    spoken = min(max(grid.seconds(grid.nearest(spoken)), start + SHORTEST), begin)
    return replace(left, end=_rounded(spoken)), replace(right, start=_rounded(begin))


def moved_border(
    left: DocumentCue, right: DocumentCue, time: float, document: Document
) -> tuple[DocumentCue, DocumentCue]:
    """Return two neighbours, the second starting at `time` and the first ending as long before it as now.

    Neither becomes shorter than the profile's minimum duration, or than it is. A locked one keeps its times, and the
    other comes no closer to it than the profile's gap, or than it is.
    """
    gap = right.start - left.end
    least = document.profile.minimum_duration
    if left.locked and right.locked:
        return left, right
    if left.locked:
        closest = left.end + min(max(gap, 0.0), float(document.profile.gap_at(document.frame_rate)))
        start = min(max(time, closest), right.end - min(least, right.duration))
        return left, replace(right, start=_rounded(start))
    if right.locked:
        closest = right.start - min(max(gap, 0.0), float(document.profile.gap_at(document.frame_rate)))
        end = max(min(time - gap, closest), left.start + min(least, left.duration))
        return replace(left, end=_rounded(end)), right
    earliest = left.start + min(least, left.duration) + gap
    latest = right.end - min(least, right.duration)
    start = min(max(time, earliest), latest)
    return replace(left, end=_rounded(start - gap)), replace(right, start=_rounded(start))


def _inside(time: float, start: float, end: float) -> float:
    """Return the time, moved inside a span that is divided there."""
    return min(max(time, start + 2 * SHORTEST), max(end - SHORTEST, start + SHORTEST))


def _rounded(seconds: float) -> float:
    """Return the time without the last bits that calculation leaves."""
    return round(seconds, 6)
