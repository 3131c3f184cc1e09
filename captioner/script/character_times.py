"""The time of each character of a segment: by its word times, or spread evenly if it has none."""

from __future__ import annotations

import numpy as np

from captioner.values import Segment

_INSET = 0.01
"""Characters by which a range is narrowed at both ends: at its very edge the neighbouring word may start or end."""


class CharacterTimes:
    """Converts positions in the text of a segment to seconds."""

    def __init__(self, segment: Segment) -> None:
        words = segment.words
        edges = np.cumsum([0, *(len(word.text) for word in words)])
        self._positions = np.repeat(edges, 2)[1:-1] if words else np.array([0, len(segment.text)])
        self._times = [time for word in words for time in (word.start, word.end)] or [segment.start, segment.end]

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Return the start and end, in seconds, of the characters from `first` to before `last`."""
        start, end = np.interp([first + _INSET, last - _INSET], self._positions, self._times)
        return float(start), float(end)
